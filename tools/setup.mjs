/**
 * Brings a checkout to where the next command can run: installs what is missing, builds what is out of date, says what
 * it does, asks nothing. It needs nothing itself, so that `npm start` and `npm test` can be the first command ever
 * typed in a clone.
 *
 *   node tools/setup.mjs                    dependencies, native addon, TypeScript
 *   node tools/setup.mjs --dependencies     dependencies only
 *   node tools/setup.mjs --native=optional  a missing compiler is a warning: the TypeScript fallback has the same bits
 *   node tools/setup.mjs --rebuild          builds the whole addon, even if it looks up to date
 *   node tools/setup.mjs --cmake            builds the addon by cmake-js too, into build-cmake/
 *   node tools/setup.mjs --debug            builds it with symbols and without optimization too, into build-debug/
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dateBack, filesIn, modified } from './files.mjs';
import { addonIsCurrent, buildAddon, isConfigured, removeAddon } from './native.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const options = new Set(process.argv.slice(2));

if (!existsSync(join(root, 'lib'))) process.exit(0); // an installed package: there is nothing to build from here
installDependencies();
if (options.has('--dependencies')) process.exit(0);
buildNative();
if (options.has('--cmake')) buildCmake();
if (options.has('--debug')) buildDebug();
removeStale();
buildTypeScript();
await bundleLibrary();

/** Without scripts: none of them has one to run, and the one of this package, `prepare`, would begin this anew. */
function installDependencies() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const upToDate = existsSync(installed) && modified(installed) >= modified(join(root, 'package-lock.json'));
  if (upToDate) return;
  say('installing dependencies (npm ci)');
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], 'npm could not install the dependencies.');
}

function buildNative() {
  const fromScratch = options.has('--rebuild');
  if (!fromScratch && addonIsCurrent(root)) return;
  const changed = fromScratch || !isConfigured(root) ? 'the native addon' : 'what has changed of the native addon';
  say(`building ${changed} (node-gyp)`);
  const failure = buildAddon(root, { fromScratch });
  if (failure === null) return;
  process.stderr.write(failure);
  const needs = 'A build needs Python 3, make and a C++17 compiler (Debian: apt-get install python3 make g++).';
  if (!options.has('--native=optional')) fail(`the native addon could not be built. ${needs}`);
  removeAddon(root);
  say(`going on without the native addon, on the TypeScript fallback: same results, slower. ${needs}`);
}

function buildCmake() {
  say('building the native addon (cmake-js)');
  cmakeJs('build-cmake', 'rebuild');
}

/** Compiles only what has changed: a debug build is made again and again. */
function buildDebug() {
  say('building the native addon for a debugger (cmake-js)');
  cmakeJs('build-debug', 'build', '--debug');
}

function cmakeJs(folder, ...command) {
  const script = join(root, 'node_modules', 'cmake-js', 'bin', 'cmake-js');
  const parallel = ['--parallel', String(availableParallelism())]; // make would take one file after the other
  const args = [script, ...command, ...parallel, '--out', join(root, folder, 'build'), '--log-level', 'error'];
  run(process.execPath, args, 'cmake-js could not build the addon. It needs CMake, make and a C++17 compiler.');
}

/** A test whose source has moved or gone would go on running. */
function removeStale() {
  for (const folder of ['test', 'bench', 'examples']) {
    if (!existsSync(join(root, 'out', folder))) continue;
    for (const file of filesIn(join(root, 'out', folder))) {
      const stem = file.slice(join(root, 'out').length).replace(/\.(js|js\.map|d\.ts|d\.ts\.map)$/, '');
      if (!existsSync(join(root, `${stem}.ts`))) rmSync(file);
    }
  }
}

function buildTypeScript() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const begun = new Date();
  // The compiler reads it, too: of an ES module, what tests import by its declarations has other types.
  writeOnce(join(root, 'dist', 'package.json'), '{ "type": "commonjs" }\n');
  const compiled = spawnSync(process.execPath, [tsc, '--build', root], { cwd: root, stdio: 'inherit' });
  // By the dates of these files tsc decides which projects to look at again.
  const outputs = [join(root, 'dist'), join(root, 'out')].filter(existsSync).flatMap((folder) => filesIn(folder));
  dateBack(
    outputs.filter((file) => file.endsWith('.tsbuildinfo')),
    begun,
  );
  if (compiled.status !== 0) fail('the TypeScript sources do not compile.');
}

function writeOnce(file, text) {
  if (existsSync(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** After the compiler, which has checked what is bundled and written the declarations. */
async function bundleLibrary() {
  const { bundle, bundleIsCurrent } = await import('./bundle.mjs'); // needs what was installed just now
  if (bundleIsCurrent(root)) return;
  say('bundling lib/ into dist/ (rolldown)');
  await bundle(root);
}

function run(command, args, failure) {
  const shell = process.platform === 'win32' && command === 'npm'; // which is npm.cmd there
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
  if (result.status !== 0) fail(failure);
}

function say(message) {
  process.stderr.write(`adamax: ${message}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}
