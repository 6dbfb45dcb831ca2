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
/** The MPI addon is compiled by one call of the compiler. */
const MPI_TOOLS = ['node-api-headers'];

/**
 * Builds the addon from the sources in the package, into its build/Release. Tools and headers come from npm into a
 * folder that is removed afterwards; compilers are the machine's.
 * @returns the exit code of the process
 */
export async function build(): Promise<number> {
  const folder = installedFolder('npm run build');
  await inWorkFolder(async (work) => {
    cpSync(join(folder, 'native'), join(work, 'native'), { recursive: true });
    say('fetching node-gyp and headers (npm)');
    fetchTools(work, folder, TOOLS);
    say('building the native addon (node-gyp)');
    await compile(work);
    install(join(work, 'native', 'build', 'Release', 'adamax.node'), join(folder, 'build', 'Release'));
  });
  // In a process of its own, since this one may have found that there is no addon.
  return (
    spawnSync(process.execPath, [join(folder, 'dist', 'cli', 'main.js'), 'info'], { stdio: 'inherit' }).status ?? 1
  );
}

/**
 * Builds the addon by which processes talk to each other, into build-mpi of the package: MPI with its headers and the
 * compiler are the machine's, the headers of Node-API come from npm.
 * @returns the exit code of the process
 */
export async function buildMpi(): Promise<number> {
  const folder = installedFolder('npm run build:mpi');
  await inWorkFolder(async (work) => {
    const native = join(folder, 'native');
    const { buildMpi: compileMpi, checkMpi } = await import(pathToFileURL(join(native, 'mpi', 'build.mjs')).href);
    checkMpi();
    say('fetching headers (npm)');
    fetchTools(work, folder, MPI_TOOLS);
    say('building the MPI addon');
    const output = join(folder, 'build-mpi', 'adamax_mpi.node');
    const { name } = compileMpi({ headers: join(work, 'node_modules', 'node-api-headers', 'include'), output });
    say(`${output} is for ${name}`);
  });
  return 0;
}

/** @param instead - the command that builds a checkout */
function installedFolder(instead: string): string {
  const folder = packageFolder();
  if (folder === null)
    throw new Error('there is nothing to build from in a bundle: build where the package is installed');
  if (isCheckout(folder)) throw new Error(`a checkout is built by \`${instead}\``);
  accessSync(folder, constants.W_OK); // before minutes are spent on what cannot be put there
  return folder;
}

/** Not in the package itself: make cannot work in a folder whose path has spaces. */
async function inWorkFolder(body: (work: string) => Promise<void>): Promise<void> {
  // Ctrl+C ends the commands below, too, and then what follows them: the folder is to be removed.
  process.once('SIGINT', () => undefined);
  const work = realpathSync(mkdtempSync(join(tmpdir(), 'adamax-build-')));
  try {
    await body(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function fetchTools(work: string, folder: string, tools: readonly string[]): void {
  writeFileSync(join(work, 'package.json'), '{}'); // without it npm would install into a package above
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const specifiers = tools.map((name) => `${name}@${devDependencies[name]}`);
  npm(work, ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...specifiers], tools);
}

function npm(cwd: string, args: string[], tools: readonly string[]): void {
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
    throw new Error(`npm, which fetches ${tools.join(', ')}, could not be run: ${error.message}`);
  if (status !== 0) throw new Error(`npm could not install ${tools.join(', ')}`);
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
