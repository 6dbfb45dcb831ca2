/**
 * Makes the binaries that are published, for all systems, on one Linux machine: `npm run prebuilds`.
 *
 *   npm run prebuilds                       what is missing, or was made from other sources
 *   npm run prebuilds -- --rebuild          all of them
 *   npm run prebuilds -- linux-x64 win32    those whose path begins so
 *
 * Those of Linux are built by prebuildify; those of macOS and Windows, which gyp cannot generate a build for here, by
 * calls of the same compiler. Work is done in build-prebuilds/, so that build/ stays as it is.
 */
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildByHand } from './prebuilds/by-hand.mjs';
import { buildByPrebuildify } from './prebuilds/by-prebuildify.mjs';
import { cache, installCompiler, writeWrapper } from './prebuilds/compiler.mjs';
import { entryOf, hashOfSources, readManifest, writeManifest } from './prebuilds/manifest.mjs';
import { TARGETS } from './prebuilds/targets.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const published = join(root, 'prebuilds');
const picked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const targets = TARGETS.filter(({ file }) => picked.length === 0 || picked.some((start) => file.startsWith(start)));

try {
  await main();
} catch (error) {
  say(error.message);
  process.exit(1);
}

async function main() {
  if (targets.length === 0) throw new Error(`there is ${TARGETS.map(({ file }) => file).join(', ')}.`);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const sources = hashOfSources(root);
  const before = readManifest(published);
  // What was made from other sources is not vouched for any more, whether or not it is built again now.
  const files = before.sources === sources ? { ...before.files } : {};
  let zig;
  for (const target of targets) {
    if (!process.argv.includes('--rebuild') && isCurrent(target, files)) {
      say(`${target.file} is up to date`);
      continue;
    }
    zig ??= installCompiler(say);
    if (!existsSync(cache.ZIG_GLOBAL_CACHE_DIR))
      say('the first build of each takes two minutes more, for the C++ library');
    await make(target, zig);
    files[target.file] = entryOf(join(published, target.file));
    writeManifest(published, { version, sources, files });
  }
  writeManifest(published, { version, sources, files });
}

function isCurrent({ file }, files) {
  const path = join(published, file);
  return existsSync(path) && JSON.stringify(files[file]) === JSON.stringify(entryOf(path));
}

async function make(target, zig) {
  const folder = join(root, 'build-prebuilds', target.file.replace(/\/adamax|\.node$/g, ''));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  say(`building ${target.file}`);
  const begun = performance.now();
  const wrapper = join(folder, 'c++');
  writeWrapper(wrapper, zig, target);
  const logPath = join(folder, 'log.txt');
  const log = openSync(logPath, 'w');
  let built;
  try {
    const build = target.platform === 'linux' ? buildByPrebuildify : buildByHand;
    built = await build({ root, folder, target, wrapper, log, env: { ...cleanEnvironment(), ...cache } });
  } catch (error) {
    const end = readFileSync(logPath, 'utf8').split('\n').slice(-30).join('\n');
    throw new Error(`${target.file} could not be built: ${error.message}\n${end}\nThe whole log is in ${logPath}.`);
  } finally {
    closeSync(log);
  }
  publish(built, join(published, target.file), folder);
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  say(`built ${target.file}: ${entryOf(join(published, target.file)).size} bytes, ${seconds} s`);
}

/** By a renaming, so that nobody finds half a file. */
function publish(built, path, folder) {
  const whole = join(folder, 'whole.node');
  cpSync(built, whole);
  mkdirSync(join(path, '..'), { recursive: true });
  renameSync(whole, path);
}

/** Flags that the caller's shell has for builds of its own have no say in what is published. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CPP|C|CXX|LD)FLAGS$/.test(name)));
}

function say(message) {
  process.stderr.write(`adamax: ${message}\n`);
}
