/**
 * Builds what a change touches and runs the quick tests, after each change: `npm run test:watch`. Arguments go to
 * mocha, as in `npm run test:watch -- -g clipping`.
 *
 * Every run goes through tools/setup.mjs, which knows what is out of date: a run of tsc --build that has nothing to do
 * takes less than half a second, so nothing has to be kept running between changes.
 */
import { spawn } from 'node:child_process';
import { readdirSync, statSync, watch } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['bench', 'examples', 'lib', 'native', 'test', 'tools'];
/** Milliseconds without a change before a run: editors write a file in steps, and git many files at once. */
const QUIET = 100;

const mocha = [join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--config', '.mocharc.quick.cjs'];
let watchers = [];
let quiet; // the timer that a change starts
let tests = null; // the running mocha
let busy = false;
let changed = true;

process.on('SIGINT', end);
process.on('SIGTERM', end);
say(`watching ${FOLDERS.join(', ')}: after each change, builds it and runs the quick tests; Ctrl-C ends this`);
run();

async function run() {
  if (busy) return;
  busy = true;
  while (changed) {
    // From here on a change asks for another run; what came before is seen by this one.
    changed = false;
    clearTimeout(quiet);
    watchFolders();
    const built = await finished(start([join(root, 'tools', 'setup.mjs')]));
    if (built && !changed) {
      tests = start([...mocha, ...process.argv.slice(2)]);
      await finished(tests);
      tests = null;
    }
  }
  busy = false;
  say('waiting for a change');
}

function change(name) {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    say(`${name} has changed`);
    changed = true;
    // Tests of what is no longer there are of no use. A build is let finish, since what it started would go on.
    tests?.kill();
    run();
  }, QUIET);
}

/**
 * Watches folder by folder, and anew before each run, when there may be new ones. The option `recursive` will not do:
 * on Linux Node 20 loses sight of a file that an editor has replaced.
 */
function watchFolders() {
  for (const watcher of watchers) watcher.close();
  const folders = FOLDERS.flatMap((name) => foldersIn(join(root, name)));
  watchers = [watchFolder(root, isSource), ...folders.map((folder) => watchFolder(folder, isSourceOrFolder))];
}

function watchFolder(folder, matters) {
  const watcher = watch(folder, (_, name) => {
    if (name !== null && matters(join(folder, name))) change(relative(root, join(folder, name)));
  });
  return watcher.on('error', () => {}); // of a folder that is deleted, which its parent tells too
}

function foldersIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const inner = entries.filter((entry) => entry.isDirectory() && isOurs(entry.name));
  return [folder, ...inner.flatMap((entry) => foldersIn(join(folder, entry.name)))];
}

function isSourceOrFolder(file) {
  return isSource(file) || (isOurs(basename(file)) && statSync(file, { throwIfNoEntry: false })?.isDirectory());
}

function isSource(file) {
  return isOurs(basename(file)) && /\.(ts|mjs|cc|h|json|gyp)$/.test(file);
}

/** Neither a hidden file, as editors leave them for a moment, nor other people's packages. */
function isOurs(name) {
  return !name.startsWith('.') && name !== 'node_modules';
}

function start(args) {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

/** @returns whether the process succeeded */
function finished(child) {
  return new Promise((resolve) => child.on('exit', (code) => resolve(code === 0)));
}

function end() {
  tests?.kill();
  process.exit(0);
}

function say(message) {
  process.stderr.write(`adamax: ${message}\n`);
}
