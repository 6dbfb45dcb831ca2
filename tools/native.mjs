/**
 * Builds the native addon into build/ by node-gyp. Once build/ is configured, make (on Windows, MSBuild) knows which
 * objects a changed source or header is part of, so only those are compiled again.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { headerOptions } from '../native/node-directory.mjs';
import { dateBack, filesIn, modified } from './files.mjs';

/** What project files are made from; the lock file stands for node-gyp and the headers of other packages. */
const CONFIGURATION = ['native/binding.gyp', 'package-lock.json', 'tools/native.mjs', 'native/node-directory.mjs'];

export function addonIsCurrent(root) {
  const addon = addonPath(root);
  const sources = filesIn(join(root, 'native')).filter((file) => !relative(root, file).split(sep).includes('mpi'));
  return existsSync(addon) && modified(addon) >= Math.max(...sources.map(modified));
}

/** Whether build/ was configured in this place, by this Node, from the files that are here now. */
export function isConfigured(root) {
  const stamp = stampPath(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === configuration(root);
}

/** @returns what a failing build printed; null when the build succeeded */
export function buildAddon(root, { fromScratch }) {
  if (fromScratch || !isConfigured(root)) {
    // Cleaning removes the stamp, so a configuration that is broken off leaves none.
    const failure = nodeGyp(root, ['clean', 'configure', ...headerOptions(root)]);
    if (failure !== null) return failure;
    writeFileSync(stampPath(root), configuration(root));
  }
  const begun = new Date();
  const failure = nodeGyp(root, ['build', '--jobs', 'max']);
  const objects = filesIn(join(root, 'build')).filter((file) => /\.(o|obj|node)$/.test(file));
  dateBack(objects, begun);
  // make leaves an addon alone when no changed file is part of it, and addonIsCurrent would then never be satisfied.
  if (failure === null) utimesSync(addonPath(root), begun, begun);
  return failure;
}

/** Removes an addon that no longer fits its sources; objects stay for the next build. */
export function removeAddon(root) {
  rmSync(addonPath(root), { force: true });
}

/** @returns what a failing command printed; null for success */
function nodeGyp(root, args) {
  const script = join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const command = [script, ...args, '--loglevel', 'error'];
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 };
  const { status, stdout, stderr, error } = spawnSync(process.execPath, command, options);
  return status === 0 ? null : `${stdout ?? ''}${stderr ?? ''}${error ?? ''}`;
}

/** Project files hold absolute paths, the processor, and the compiler that the environment names. */
function configuration(root) {
  const hash = createHash('sha256');
  for (const file of CONFIGURATION) hash.update(readFileSync(join(root, file)));
  const { CC, CXX } = process.env;
  return `${JSON.stringify({ root, node: process.version, arch: process.arch, CC, CXX, files: hash.digest('hex') })}\n`;
}

function addonPath(root) {
  return join(root, 'build', 'Release', 'adamax.node');
}

function stampPath(root) {
  return join(root, 'build', 'configured.json');
}
