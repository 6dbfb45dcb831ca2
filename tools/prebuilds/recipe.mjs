/** What native/binding.gyp says of the addon, for the systems that gyp cannot build for from Linux. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeDirectory } from '../../native/node-directory.mjs';

/** @returns { sources, flags }, with paths relative to `root`, so that no binary holds the path of a checkout */
export function recipe(root) {
  const gyp = JSON.parse(readFileSync(join(root, 'native', 'binding.gyp'), 'utf8'));
  const [{ sources, defines, cflags_cc }] = gyp.targets;
  const headers = createRequire(join(root, 'package.json')).resolve('node-addon-api/napi.h');
  const include = ['native', join(headers, '..'), join(nodeDirectory(root), 'include', 'node')];
  // These three are what node-gyp adds.
  const all = [...defines, 'NODE_GYP_MODULE_NAME=adamax', 'BUILDING_NODE_EXTENSION', 'NDEBUG'];
  return {
    sources: sources.map((source) => join('native', source)),
    flags: [...cflags_cc, ...all.map((define) => `-D${define}`), ...include.map((folder) => `-I${folder}`)],
  };
}
