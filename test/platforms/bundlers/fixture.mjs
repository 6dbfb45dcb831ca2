/** An app to bundle, and what becomes of it in a folder that has nothing but the bundle. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyFolder, equal, installed, matches, must, root, tools } from '../harness.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The binary of the platform that the recipes of docs/bundlers.md are for. */
export const binary = join(root, 'prebuilds', 'linux-x64', 'adamax.glibc.node');

let original;

/** @returns a new folder with `app.mjs`, the package, and the bundlers beside it */
export function makeApp() {
  original ??= makeOriginal();
  const app = emptyFolder('app');
  cpSync(original, app, { recursive: true, verbatimSymlinks: true });
  return app;
}

function makeOriginal() {
  const app = installed('original');
  cpSync(join(here, 'program.mjs'), join(app, 'program.mjs'));
  writeFileSync(join(app, 'app.mjs'), "import './program.mjs';\n");
  completePrebuilds(join(app, 'node_modules', 'adamax'));
  const modules = tools(here);
  for (const name of readdirSync(modules)) {
    const link = join(app, 'node_modules', name);
    if (!existsSync(link)) symlinkSync(join(modules, name), link);
  }
  return app;
}

/**
 * The published package has every binary; one packed of a checkout has those that were made. Bundlers want them all.
 */
function completePrebuilds(folder) {
  const source = readFileSync(join(folder, 'dist', 'prebuilt.js'), 'utf8');
  for (const [, path] of source.matchAll(/require\(["']\.\.\/(prebuilds\/.*?\.node)["']\)/g)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) writeFileSync(file, `in place of ${path}`);
  }
}

/** Runs a script of the shell in a folder, with every bundler on PATH. */
export function shell(folder, script, env = {}) {
  const modules = tools(here);
  const bun = join(modules, '@oven', 'bun-linux-x64', 'bin');
  const PATH = [join(modules, '.bin'), bun, dirname(process.execPath), process.env.PATH].join(delimiter);
  return must('sh', ['-ec', script], { cwd: folder, env: { PATH, ...env } });
}

/**
 * Moves what was bundled to where nothing else is. The app is removed, since a bundle may name the folder it was made
 * in.
 */
export function moveAway(app, names = ['dist']) {
  const elsewhere = emptyFolder('elsewhere');
  for (const name of names) cpSync(join(app, name), join(elsewhere, name), { recursive: true, verbatimSymlinks: true });
  rmSync(app, { recursive: true });
  return elsewhere;
}

/** @throws Error unless the command runs the program on the addon, without a word */
export function runsNatively(folder, command, env) {
  const { stdout, stderr } = shell(folder, command, env);
  equal(stderr, '', 'what was warned of');
  if (resultIn(stdout).isa === 'js') throw new Error('the program ran on the fallback');
}

/** @throws Error unless the command runs the program on the fallback, with a warning whose advice can be followed */
export function fallsBack(folder, command, ...patterns) {
  const { stdout, stderr } = shell(folder, command);
  equal(resultIn(stdout).isa, 'js', 'isa()');
  for (const pattern of [/ADAMAX_NO_NATIVE/, /ADAMAX_NATIVE\b/, ...patterns]) matches(stderr, pattern, 'the warning');
  if (/npx|npm |node-gyp|cli\/main/.test(stderr))
    throw new Error(`the warning has a command that cannot help: ${stderr}`);
}

let unbundled;

/** @throws Error unless the program came to what it does unbundled, and saved the names of classes */
function resultIn(stdout) {
  unbundled ??= JSON.parse(shell(makeApp(), 'node app.mjs').stdout);
  const result = JSON.parse(stdout);
  equal(result.digest, unbundled.digest, 'the digest of the weights');
  equal(result.saved, ['Adamax', 'CosineDecay', true], 'what was saved');
  return result;
}
