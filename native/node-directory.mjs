import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * What node-gyp is told besides: where headers are. On Windows it fetches Node's own, since it needs `node.lib` beside
 * them, which no package has.
 */
export function headerOptions(root) {
  return process.platform === 'win32' ? [] : ['--nodedir', nodeDirectory(root)];
}

/**
 * A folder that node-gyp and prebuildify take for Node's own headers (`--nodedir`): the Node-API headers of the npm
 * package node-api-headers, and the two gyp files that node-gyp reads beside them. With it no header is downloaded,
 * none is taken from the machine, and no flag of the local Node's build slips in.
 * @param root - a folder whose node_modules has node-api-headers; the folder is made in there
 */
export function nodeDirectory(root) {
  const directory = join(root, 'node_modules', '.cache', 'adamax', 'node-directory');
  const include = join(directory, 'include', 'node');
  if (existsSync(join(include, 'common.gypi'))) return directory;
  mkdirSync(include, { recursive: true });
  cpSync(createRequire(join(root, 'package.json'))('node-api-headers').include_dir, include, { recursive: true });
  writeFileSync(join(include, 'config.gypi'), '{}\n');
  writeFileSync(join(include, 'common.gypi'), `${JSON.stringify(COMMON, null, 2)}\n`);
  return directory;
}

const COMMON = {
  variables: {},
  target_defaults: {
    default_configuration: 'Release',
    configurations: { Release: { defines: ['NDEBUG'] }, Debug: {} },
    cflags: ['-fPIC', '-pthread'],
    conditions: [
      [
        "OS=='mac'",
        {
          xcode_settings: { GCC_DYNAMIC_NO_PIC: 'NO' },
          target_conditions: [
            ["_type!='static_library'", { xcode_settings: { OTHER_LDFLAGS: ['-undefined dynamic_lookup'] } }],
          ],
        },
      ],
    ],
  },
};
