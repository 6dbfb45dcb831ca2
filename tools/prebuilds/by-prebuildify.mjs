import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { nodeDirectory } from '../../native/node-directory.mjs';
import { run } from './run.mjs';

/** Builds for Linux in a copy of the sources, since node-gyp builds in the folder that it finds them in. */
export async function buildByPrebuildify({ root, folder, target, wrapper, log, env }) {
  for (const part of ['binding.gyp', 'native']) cpSync(join(root, part), join(folder, part), { recursive: true });
  const { arch, libc, file } = target;
  const prebuildify = createRequire(join(root, 'package.json')).resolve('prebuildify/bin.js');
  const options = ['--napi', '--name', 'adamax', '--arch', arch, '--libc', libc, '--tag-libc', libc];
  await run(process.execPath, [prebuildify, ...options], {
    cwd: folder,
    env: { ...env, CC: wrapper, CXX: wrapper, LINK: wrapper, JOBS: 'max', npm_config_nodedir: nodeDirectory(root) },
    log,
  });
  return join(folder, 'prebuilds', file);
}
