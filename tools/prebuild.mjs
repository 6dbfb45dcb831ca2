/**
 * Builds the binary for this platform into prebuilds/, as it is published: `npm run prebuild`.
 *
 * The C++ runtime stays dynamic, because Debian's static one asks for a newer glibc than Node does; what the addon uses
 * of it needs no more than glibc 2.14 and GLIBCXX 3.4.21, below the floor of Node 20 itself.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDirectory } from '../native/node-directory.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = (script, args, env = {}) => {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], options);
  if (status !== 0) process.exit(status ?? 1);
};

run('tools/setup.mjs', []);
const prebuildify = createRequire(join(root, 'package.json'))
  .resolve('prebuildify/bin.js')
  .slice(root.length + 1);
run(prebuildify, ['--napi', '--strip', '--tag-libc', '--name', 'adamax'], { npm_config_nodedir: nodeDirectory(root) });
