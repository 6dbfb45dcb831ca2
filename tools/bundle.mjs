/**
 * Makes the JavaScript of dist/ from lib/: one file of what all programs need, one for each guest, and entries that
 * export parts of them. Loading a module costs more than running it, and lib/ has dozens; and all public entries must
 * share one state. They are CommonJS modules, which `import` and `require` take alike: two forms would be two states.
 * Nothing is minified, and source maps lead to lib/. Declarations are tsc's.
 */
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { build } from 'rolldown';
import { dateBack, filesIn, modified } from './files.mjs';

/** Those of package.json, and what `#internals` means there. */
const ENTRIES = [
  ...['index', 'kernels', 'checkpoint/index', 'import/index', 'import/hdf5/worker', 'tfjs/index', 'distribute/index'],
  'report/index',
  ...['internals', 'prebuilt'],
  ...[
    'no-addons/index',
    'no-addons/kernels',
    'no-addons/checkpoint',
    'no-addons/import',
    'no-addons/tfjs',
    'no-addons/distribute',
    'no-addons/report',
  ],
  'cli/main',
];
/**
 * Entries that do more than to export, and those for users of another package: of the one that may not be there, bundlers
 * would look for it. None of that must become part of the file that all entries share.
 */
const ACTIVE = /[\\/]lib[\\/](prebuilt\.ts|cli[\\/]|no-addons[\\/]|import[\\/]|tfjs[\\/])/;
const COMMANDS = /[\\/]lib[\\/]cli[\\/]/;
const NO_ADDONS = /[\\/]lib[\\/]no-addons[\\/]/;
/** Guests have a file each, which only who imports them loads. */
const GUESTS = ['checkpoint', 'distribute', 'report'];
const GUEST = new RegExp(`[\\\\/]lib[\\\\/](${GUESTS.join('|')})[\\\\/]`);
/** What tests see of all of them belongs to none. */
const INTERNALS = /[\\/]lib[\\/]internals\.ts$/;
const CHUNKS = ['adamax', ...GUESTS];
const OUTPUTS = [...ENTRIES.map((name) => `${name}.js`), ...CHUNKS.flatMap((name) => [`${name}.js`, `${name}.js.map`])];

export function bundleIsCurrent(root) {
  const outputs = OUTPUTS.map((name) => join(root, 'dist', name));
  if (!outputs.every(existsSync)) return false;
  const others = ['tools/bundle.mjs', 'tsconfig.base.json', 'package-lock.json'];
  const sources = listFiles(join(root, 'lib')).map((name) => `lib/${name}`);
  const inputs = [...sources, ...others].map((name) => join(root, name));
  return Math.min(...outputs.map(modified)) >= Math.max(...inputs.map(modified));
}

/** @throws Error for what rolldown warns of, or cannot read */
export async function bundle(root) {
  const dist = join(root, 'dist');
  const begun = new Date();
  await build({
    cwd: root,
    input: Object.fromEntries(ENTRIES.map((name) => [name, `lib/${name}.ts`])),
    tsconfig: 'lib/tsconfig.json',
    platform: 'node',
    external: isExternal,
    treeshake: false,
    output: {
      dir: dist,
      format: 'cjs',
      banner: ({ name }) => `${name === 'cli/main' ? '#!/usr/bin/env node\n' : ''}'use strict';`,
      codeSplitting: {
        // A group takes in all that its modules import, and what is in one of higher priority stays there.
        groups: [
          { name: 'adamax', test: (id) => !ACTIVE.test(id) && !GUEST.test(id) && !INTERNALS.test(id), priority: 1 },
          ...GUESTS.map((name) => ({ name, test: (id) => GUEST.exec(id)?.[1] === name })),
        ],
      },
      chunkFileNames: '[name].js',
      minifyInternalExports: false,
      sourcemap: true,
      sourcemapExcludeSources: true,
    },
    onLog(level, log) {
      if (level === 'warn') throw new Error(log.message);
    },
  });
  chmodSync(join(dist, 'cli', 'main.js'), 0o755);
  dateBack(
    OUTPUTS.map((name) => join(dist, name)),
    begun,
  );
  removeStale(join(root, 'lib'), dist);
}

/**
 * What stays a `require` in dist/. Entries without addons require the others by name: tools that trace files, as those
 * of serverless hosts do, find the one and Node then loads the other. So does the command line require `adamax/import`.
 */
function isExternal(id, importer) {
  const isEntry =
    (NO_ADDONS.test(importer) &&
      /^\.\.\/(index|kernels|checkpoint\/index|import\/index|tfjs\/index|distribute\/index|report\/index)\.js$/.test(
        id,
      )) ||
    (COMMANDS.test(importer) && id === '../import/index.js');
  return isEntry || /^node:|\.node$|^node-gyp-build$|^h5wasm$/.test(id);
}

/** Whatever else lies in dist/: scripts of older builds, declarations of sources that are gone. */
function removeStale(lib, dist) {
  const declarations = listFiles(lib).flatMap((name) => {
    const stem = name.replace(/\.ts$/, '');
    return [`${stem}.d.ts`, `${stem}.d.ts.map`];
  });
  const wanted = new Set([...OUTPUTS, ...declarations, 'lib.tsbuildinfo', 'package.json']);
  for (const name of listFiles(dist)) if (!wanted.has(name)) rmSync(join(dist, name));
}

/** Paths below `folder`, with slashes. */
function listFiles(folder) {
  return filesIn(folder).map((file) => relative(folder, file).replaceAll(sep, '/'));
}
