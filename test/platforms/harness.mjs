/** What the parts of `npm run test:platforms` share: clean processes, empty folders, tools of their own, counting. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Everything below it is removed when the process ends. */
const work = realpathSync(mkdtempSync(join(tmpdir(), 'adamax-platforms-')));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const counts = { passed: 0, failed: 0, skipped: 0 };

/** Runs one check, which throws (or rejects) where something is not as it should be, and prints how it went. */
export async function check(name, body) {
  const begun = performance.now();
  const seconds = () => `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  try {
    await body();
    counts.passed++;
    process.stdout.write(`ok ${name} (${seconds()})\n`);
  } catch (error) {
    counts.failed++;
    process.stdout.write(
      `FAILED ${name} (${seconds()})\n${indent(error instanceof Error ? error.message : `${error}`)}\n`,
    );
  }
}

/** Says loudly what was not run, and why. */
export function skip(name, why) {
  counts.skipped++;
  process.stdout.write(`SKIPPED ${name}: ${why}\n`);
}

/** Prints the line that CI counts. @returns whether nothing failed */
export function summary() {
  const { passed, failed, skipped } = counts;
  process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
  return failed === 0;
}

/** @returns a new empty folder, outside of every package */
export function emptyFolder(name) {
  return mkdtempSync(join(work, `${name}-`));
}

/**
 * Runs a command with nothing of the caller's environment but PATH, so that it behaves as on a fresh machine.
 * @param options.env - added to it; a `PATH` replaces the caller's
 * @returns { code, signal, stdout, stderr }; code is null where it ended by a signal or did not start
 */
export function run(command, args, { cwd = work, env = {}, input, timeout = 600_000 } = {}) {
  const clean = { PATH: process.env.PATH, HOME: home(), npm_config_update_notifier: 'false', ...registry(), ...env };
  const options = { cwd, env: clean, input, timeout, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, options);
  return { code: status, signal, stdout: stdout ?? '', stderr: `${stderr ?? ''}${error ? `${error.message}\n` : ''}` };
}

/** As `run`. @throws Error with the end of what it printed, unless it ended with 0 */
export function must(command, args, options) {
  const result = run(command, args, options);
  if (result.code !== 0) {
    const how = result.code === null ? `signal ${result.signal}` : `code ${result.code}`;
    // What a test runner says of failures must not be lost behind warnings.
    const printed = [result.stdout, result.stderr].map((text) => text.split('\n').slice(-40).join('\n')).join('\n');
    throw new Error(`${[command, ...args].join(' ')} ended with ${how}\n${printed}`);
  }
  return result;
}

/** @throws Error unless both are equal as JSON */
export function equal(actual, expected, what = 'value') {
  const [got, want] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== want) throw new Error(`${what} must be ${want}: received ${got}`);
}

/** @throws Error unless `text` matches */
export function matches(text, pattern, what = 'output') {
  if (!pattern.test(text)) throw new Error(`${what} must match ${pattern}: received ${text.slice(-2000)}`);
}

/**
 * Installs what a part needs beside the project, as its own lock file has it, at the first call.
 * @param folder - of the part, with package.json and package-lock.json
 * @returns the path of its node_modules
 */
export function tools(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  const lock = join(folder, 'package-lock.json');
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    process.stdout.write(`installing tools of ${folder.slice(root.length)}\n`);
    const args = ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel', 'error'];
    const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`npm could not install the tools of ${folder}`);
  }
  return join(folder, 'node_modules');
}

let packed;

/**
 * The package as `npm pack` makes it of what is built now, with whatever prebuilt binaries there are.
 * @returns the path of the tarball
 */
export function tarball() {
  if (packed === undefined) {
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', work];
    const listed = JSON.parse(must('npm', args, { cwd: root }).stdout);
    packed = join(work, Object.values(listed)[0].filename);
  }
  return packed;
}

/**
 * The published package as some installer would lay it out, without one having run.
 * @returns a folder whose node_modules holds it and its dependencies
 */
export function installed(name = 'installed') {
  const folder = emptyFolder(name);
  must('tar', ['xzf', tarball(), '-C', folder]);
  const modules = join(folder, 'node_modules');
  cpSync(join(folder, 'package'), join(modules, 'adamax'), { recursive: true });
  rmSync(join(folder, 'package'), { recursive: true });
  cpSync(join(root, 'node_modules', 'node-gyp-build'), join(modules, 'node-gyp-build'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "version": "1.0.0", "private": true }\n');
  return folder;
}

let packagesAreListed = false;

/**
 * Makes sure of a command, which root gets from Debian where it is missing.
 * @param command - a name, or the path of a file
 * @throws Error where it cannot be had, by which the part is skipped
 */
export function need(command, ...packages) {
  const found = () => run('sh', ['-c', 'command -v "$1" || test -e "$1"', 'sh', command]).code === 0;
  if (found()) return;
  if (process.getuid?.() === 0 && run('sh', ['-c', 'command -v apt-get']).code === 0) {
    process.stdout.write(`installing ${packages.join(' ')}\n`);
    if (!packagesAreListed) run('apt-get', ['update', '-qq']);
    packagesAreListed = true;
    const args = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
    run('apt-get', args, { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  }
  if (!found()) throw new Error(`${command} is missing (Debian: apt-get install ${packages.join(' ')})`);
}

/** @throws Error, by which the part is skipped, unless this is Linux on an x86-64 processor */
export function needX64() {
  const { platform, arch } = process;
  if (platform !== 'linux' || arch !== 'x64')
    throw new Error(`it emulates on linux-x64, and this is ${platform}-${arch}`);
}

/** PATH with no compiler on it: node, npm and a shell, and what those call. */
export function withoutCompiler() {
  const bin = emptyFolder('bin');
  const wanted = [
    'sh',
    'env',
    'node',
    'npm',
    'npx',
    'dirname',
    'uname',
    'sed',
    'cat',
    'tar',
    'ls',
    'git',
    'readlink',
    'basename',
  ];
  for (const name of wanted) {
    const { stdout, code } = run('sh', ['-c', `command -v ${name}`]);
    if (code === 0) must('ln', ['-s', stdout.trim(), join(bin, name)]);
  }
  return [bin, dirname(process.execPath)].filter((folder) => !hasCompiler(folder)).join(delimiter);
}

function hasCompiler(folder) {
  return readdirSync(folder).some((name) => /^(g?cc|[gc]\+\+|clang(\+\+)?|make|python3?)$/.test(name));
}

let homeFolder;

function home() {
  homeFolder ??= emptyFolder('home');
  return homeFolder;
}

/** Where packages come from is a matter of the machine, as PATH is. */
function registry() {
  const names = Object.keys(process.env).filter((name) =>
    /^(npm_config_(registry|cafile|https?_proxy|noproxy|userconfig)|https?_proxy|no_proxy|node_extra_ca_certs|ssl_cert_file)$/i.test(
      name,
    ),
  );
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

function indent(text) {
  return text.replace(/^/gm, '    ');
}
