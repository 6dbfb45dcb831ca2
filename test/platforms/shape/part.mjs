import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, equal, root, skip } from '../harness.mjs';
import { expected, packed } from './files.mjs';
import { brokenLinks } from './links.mjs';

export const title = 'what is published';

/** Bytes: so much may a download take that comes with every install. */
const budget = 3 * 2 ** 20;

export default async function part() {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { files, size } = packed();

  const missing = expected().filter((file) => !files.includes(file));
  const binaries = missing.filter((file) => file.startsWith('prebuilds/'));
  await check('the files are those of files.txt (`node test/platforms/shape/update.mjs` rewrites it)', () => {
    const surplus = files.filter((file) => !expected().includes(file));
    const rest = missing.filter((file) => !binaries.includes(file));
    equal({ surplus, missing: rest }, { surplus: [], missing: [] }, 'files');
  });
  if (binaries.length > 0) skip('every platform has its binary', `${binaries.join(', ')} are not built`);
  await check(`the tarball is no larger than ${budget} bytes`, () => {
    if (size > budget) throw new Error(`it is ${size} bytes`);
  });
  await check('nothing runs at an install, and nothing makes npm invent that', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepublish', 'prebuild'];
    equal(
      hooks.filter((name) => name in manifest.scripts),
      [],
      'scripts',
    );
    equal(files.includes('binding.gyp'), false, 'whether there is a binding.gyp');
  });
  await check('one package comes along, node-gyp-build, and no peer unless it is asked for', () => {
    const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    equal([Object.keys(dependencies), optionalDependencies], [['node-gyp-build'], null]);
    const demanded = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
    equal(demanded, [], 'peers that npm would install');
  });
  await check('package.json says where the project lives', () => {
    for (const url of [manifest.repository?.url, manifest.homepage, manifest.bugs?.url ?? manifest.bugs]) {
      if (!/^(git\+)?https:\/\//.test(url)) throw new Error(`it must be an address: received ${url}`);
    }
  });
  await check('package.json names only files that are there', () => {
    const { exports, bin = {}, main, types, typesVersions = {} } = manifest;
    const named = paths([exports, bin, main, types, typesVersions]).map((path) => path.replace(/^\.\//, ''));
    equal(
      named.filter((path) => !files.includes(path)),
      [],
      'missing files',
    );
  });
  await check('links and pictures of README.md work where only the package is', () =>
    equal(brokenLinks(files), [], 'broken'),
  );
}

/** All strings in a value. */
function paths(value) {
  if (typeof value === 'string') return [value];
  return Object.values(value ?? {}).flatMap(paths);
}
