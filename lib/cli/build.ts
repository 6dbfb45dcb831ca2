import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isCheckout, packageFolder } from '../loading/place.js';

/** What a build needs of npm, in the versions that this package is developed with. */
const TOOLS = ['node-gyp', 'node-addon-api', 'node-api-headers'];

/**
 * Builds the addon from the sources in the package, into its build/Release. Tools and headers come from npm into a
 * folder that is removed afterwards; compilers are the machine's.
 * @returns the exit code of the process
 */
export async function build(): Promise<number> {
  const folder = packageFolder();
  if (folder === null)
    throw new Error('there is nothing to build from in a bundle: build where the package is installed');
  if (isCheckout(folder)) throw new Error('a checkout is built by `npm run build`');
  accessSync(folder, constants.W_OK); // before minutes are spent on what cannot be put there
  // Ctrl+C ends the commands below, too, and then what follows them: the folder is to be removed.
  process.once('SIGINT', () => undefined);
  // Not in the package itself: make cannot work in a folder whose path has spaces.
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'adamax-build-')));
  try {
    cpSync(join(folder, 'native'), join(work, 'native'), { recursive: true });
    writeFileSync(join(work, 'package.json'), '{}'); // without it npm would install into a package above
    say('fetching node-gyp and headers (npm)');
    npm(work, ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...specifiers(folder)]);
    say('building the native addon (node-gyp)');
    await compile(work);
    install(join(work, 'native', 'build', 'Release', 'adamax.node'), join(folder, 'build', 'Release'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  // In a process of its own, since this one may have found that there is no addon.
  return (
    spawnSync(process.execPath, [join(folder, 'dist', 'cli', 'main.js'), 'info'], { stdio: 'inherit' }).status ?? 1
  );
}

function specifiers(folder: string): string[] {
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return TOOLS.map((name) => `${name}@${devDependencies[name]}`);
}

function npm(cwd: string, args: string[]): void {
  // Whoever came by npx or an npm script has said which npm it was.
  const script = process.env.npm_execpath;
  const own = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  const shell = process.platform === 'win32' && !own; // which is npm.cmd there
  const command = own ? process.execPath : 'npm';
  const { status, error } = spawnSync(command, own ? [script, ...args] : args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell,
  });
  if (error !== undefined)
    throw new Error(`npm, which fetches ${TOOLS.join(', ')}, could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`npm could not install ${TOOLS.join(', ')}`);
}

async function compile(work: string): Promise<void> {
  const cwd = join(work, 'native');
  // A checkout builds with the same.
  const { headerOptions } = await import(pathToFileURL(join(cwd, 'node-directory.mjs')).href);
  const script = join(work, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const args = [script, 'rebuild', ...headerOptions(work), '--loglevel', 'error'];
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw new Error('the native addon could not be built: see above what node-gyp and the compiler say');
}

/** By a rename, since a process may have the old one loaded, and macOS ends those whose file is overwritten. */
function install(built: string, release: string): void {
  mkdirSync(release, { recursive: true });
  const temporary = join(release, `adamax.${process.pid}.tmp`);
  cpSync(built, temporary);
  renameSync(temporary, join(release, 'adamax.node'));
}

function say(message: string): void {
  process.stderr.write(`adamax: ${message}\n`);
}
