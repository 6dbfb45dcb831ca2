/**
 * Installs the libraries that `npm run bench -- --peers` races against, pinned, from the registries of pip and npm:
 *
 *   node bench/peers/setup.mjs               all of them
 *   node bench/peers/setup.mjs torch tfjs    some: tensorflow (also Keras, JAX, optax), torch, deepspeed, tfjs
 *
 * They go to bench/peers, or to the folder ADAMAX_PEERS, and take some 9 GB: PyTorch for Linux comes with CUDA in its
 * own registry entry. TensorFlow and PyTorch do not go together in one process, so each has an environment.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const home = resolve(process.env.ADAMAX_PEERS || dirname(fileURLToPath(import.meta.url)));
const GIGABYTES = 12;

const INSTALL = { tensorflow, torch, deepspeed, tfjs };
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in INSTALL));
if (unknown !== undefined) {
  process.stderr.write(`peers: one of ${Object.keys(INSTALL).join(', ')}: received '${unknown}'\n`);
  process.exit(2);
}
mkdirSync(home, { recursive: true });
const { bavail, bsize } = statfsSync(home);
if (wanted.length === 0 && (bavail * bsize) / 1e9 < GIGABYTES) {
  say(`all of it wants ${GIGABYTES} GB, ${((bavail * bsize) / 1e9).toFixed(1)} GB are free in ${home}`);
}
const failed = (wanted.length > 0 ? wanted : Object.keys(INSTALL)).filter((name) => {
  say(`installing ${name}`);
  return !INSTALL[name]();
});
if (failed.length > 0) {
  say(`not installed: ${failed.join(', ')}; the bench goes on without`);
  process.exitCode = 1;
}

function tensorflow() {
  const python = environment('.venv-tf');
  const packages = ['tensorflow-cpu==2.21.0', 'keras==3.15.1', 'jax[cpu]==0.10.2', 'optax==0.2.8', 'numpy==2.4.6'];
  // tf_keras comes without its dependency, which is the other build of TensorFlow
  return pip(python, ...packages) && pip(python, '--no-deps', 'tf_keras==2.21.0');
}

function torch() {
  return pip(environment('.venv-torch'), 'torch==2.15.0', 'numpy==2.4.6');
}

/** Its op is compiled when first used, by ninja and a C++ compiler. */
function deepspeed() {
  const build = ['setuptools', 'wheel', 'ninja'];
  return torch() && pip(environment('.venv-torch'), ...build, 'deepspeed==0.19.8');
}

function tfjs() {
  const folder = join(home, '.tfjs');
  mkdirSync(folder, { recursive: true });
  // without this file npm would install into the package that this folder lies in
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const packages = ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'];
  return run('npm', ['install', '--no-fund', '--no-audit', '--save-exact', ...packages], folder);
}

/** The interpreter of a virtual environment, which is made if it is not there; null if it cannot be. */
function environment(name) {
  const folder = join(home, name);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  if (run('python3', ['-m', 'venv', folder], home)) return python;
  rmSync(folder, { recursive: true, force: true });
  return null;
}

function pip(python, ...packages) {
  if (python === null) return false;
  return run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages], home);
}

function run(program, args, cwd) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) say(error.message);
  return status === 0;
}

function say(text) {
  process.stderr.write(`peers: ${text}\n`);
}
