/** An app that has the package as its users do, and the training that it runs. */
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { emptyFolder, equal, must, root, run, tarball, withoutCompiler } from './harness.mjs';
import { startRegistry } from './registry.mjs';

/** A training that prints JSON: `isa`, the implementation it ran on, and `digest`, of the weights it came to. */
export const script = join(root, 'test', 'platforms', 'training.mjs');

let registry;

/**
 * @returns the folder of an app that depends on nothing yet, with `training.mjs` in it; packages come from a registry
 *   that has this one and what it depends on
 */
export async function emptyApp(name) {
  registry ??= await startRegistry([tarball(), packed('node-gyp-build')]);
  const folder = emptyFolder(name);
  cpSync(script, join(folder, basename(script)));
  const files = {
    'package.json': '{ "name": "app", "version": "1.0.0", "private": true, "license": "MIT" }\n',
    '.npmrc': `registry=${registry}\n`,
    '.yarnrc.yml': `npmRegistryServer: ${registry}\nunsafeHttpWhitelist: [127.0.0.1]\n`,
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}

/** A dependency of the checkout as a registry has it. */
function packed(name) {
  const folder = emptyFolder('packed');
  must('npm', ['pack', '--ignore-scripts', '--pack-destination', folder, join(root, 'node_modules', name)]);
  return join(folder, readdirSync(folder)[0]);
}

/** Removes what was installed, so that only the lock file says what is to be. */
export function uninstall(folder) {
  for (const name of ['node_modules', '.pnp.cjs', '.pnp.loader.mjs', '.yarn']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

let bare;

/** The environment of a machine that can compile nothing. */
export function noCompiler() {
  if (bare === undefined) {
    bare = { PATH: withoutCompiler() };
    const tools = ['cc', 'c++', 'gcc', 'g++', 'clang', 'clang++', 'make', 'python', 'python3'];
    const { stdout } = run('sh', ['-c', `for tool in ${tools.join(' ')}; do command -v $tool; done`], { env: bare });
    equal(stdout, '', 'compilers on PATH');
  }
  return bare;
}

/** @throws Error where an installer has run scripts, or has said that it did not */
export function expectNoScripts({ stdout, stderr }) {
  const said = `${stdout}${stderr}`.replaceAll('node-gyp-build', '');
  const words = /\b(gyp|scripts?|blocked|approve|rebuil[dt])\b/i.exec(said);
  if (words !== null) throw new Error(`an installer must not speak of '${words[0]}': received\n${said}`);
}

let reference;

/** What the training prints in the checkout, by what was built there. */
export function trained() {
  reference ??= JSON.parse(must(process.execPath, [script], { cwd: root }).stdout);
  return reference;
}

/**
 * The implementation that the published package has here: the fallback, unless it was packed with a binary for this.
 */
export function publishedIsa() {
  const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
  const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
  const name = process.platform === 'linux' ? `adamax.${libc}.node` : 'adamax.node';
  return existsSync(join(folder, name)) ? trained().isa : 'js';
}

/**
 * Runs the training by some command, and holds what it prints to what the checkout gives.
 * @param options.isa - the implementation that it is to run on
 * @returns what was printed beside that
 */
export function expectTraining(command, args, { isa = publishedIsa(), ...options }) {
  const { stdout, stderr } = must(command, args, options);
  const printed = JSON.parse(stdout.trim().split('\n').at(-1));
  equal(printed.digest, trained().digest, 'digest');
  equal(printed.isa, isa, 'isa()');
  return stderr;
}
