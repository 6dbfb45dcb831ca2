/**
 * `npm run test:tfjs`: the tests of adamax/tfjs on versions of TensorFlow.js, whole as users install it: the oldest that is
 * taken and the newest, or those that are named. Ends with 1 where one of them fails.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
const PACKAGES = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm'];

/** A folder in which a version is installed. It stays, since the registry takes longer than the tests. */
function installed(version) {
  const folder = join(root, 'test', 'tfjs', 'versions', version);
  if (existsSync(join(folder, 'node_modules', ...PACKAGES[1].split('/')))) return folder;
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(PACKAGES.map((name) => [name, version]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-package-lock'];
  must(spawnSync('npm', ['install', ...flags], { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' }));
  return folder;
}

function must({ status, error }) {
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(1);
}

const named = process.argv.slice(2);
for (const version of named.length > 0 ? named : ['4.10.0', '4.22.0']) {
  console.log(`TensorFlow.js ${version}`);
  const env = { ...process.env, ADAMAX_TEST_TFJS: installed(version) };
  const args = [mocha, '--no-config', '--reporter', 'dot', '--timeout', '20000', 'out/test/tfjs/**/*.test.js'];
  must(spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }));
}
