/** prebuilds/manifest.json: what each binary was made from, and by what it is known again. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { filesIn } from '../files.mjs';

/** How binaries are made from sources: another compiler, flag or version of headers makes other ones. */
const RECIPE = [
  'by-hand.mjs',
  'by-prebuildify.mjs',
  'compiler.mjs',
  'exports.map',
  'imports.cc',
  'new-delete.cc',
  'package-lock.json',
  'recipe.mjs',
  'targets.mjs',
];
const HEADERS = ['node-addon-api', 'node-api-headers'];

/** @returns the hash of all that decides what is in a binary */
export function hashOfSources(root) {
  const recipe = RECIPE.map((name) => join(root, 'tools', 'prebuilds', name));
  // The MPI addon is in no binary that is published.
  const published = filesIn(join(root, 'native')).filter((file) => !relative(root, file).split(sep).includes('mpi'));
  const files = [...published, join(root, 'binding.gyp'), ...recipe];
  const named = files.map((file) => [relative(root, file).split(sep).join('/'), file]);
  const hash = createHash('sha256');
  for (const [name, file] of named.sort(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${name}\0${sha256(file)}\n`);
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const name of HEADERS) hash.update(`${name}\0${packages[`node_modules/${name}`].version}\n`);
  return hash.digest('hex');
}

/** @returns the manifest in a folder; one without files where there is none, or none that can be read */
export function readManifest(folder) {
  const path = join(folder, 'manifest.json');
  const nothing = { version: null, sources: null, files: {} };
  try {
    if (existsSync(path)) return { ...nothing, ...JSON.parse(readFileSync(path, 'utf8')) };
  } catch {
    // Whatever it is, it vouches for nothing.
  }
  return nothing;
}

export function writeManifest(folder, { version, sources, files }) {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const path = join(folder, 'manifest.json');
  writeFileSync(`${path}.new`, `${JSON.stringify({ version, sources, files: sorted }, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** @returns what the manifest says of a file */
export function entryOf(file) {
  return { size: readFileSync(file).length, sha256: sha256(file) };
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
