/**
 * Refuses to publish anything but all binaries of `npm run prebuilds`, made from the sources that are here, each for
 * the system its folder says: `npm pack` and `npm publish` run this. It reads the files itself, so that it needs no
 * tools.
 *
 *   node tools/check-prebuilds.mjs [folder]    of prebuilds/, or of another folder
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { readElf } from './binaries/elf.mjs';
import { readMacho } from './binaries/macho.mjs';
import { readPe } from './binaries/pe.mjs';
import { filesIn } from './files.mjs';
import { entryOf, hashOfSources, readManifest } from './prebuilds/manifest.mjs';
import { ENTRY_POINTS, GLIBC, MACOS, TARGETS } from './prebuilds/targets.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bytes of one binary, and of all together as gzip has them in a tarball. Today the largest has 0.72 MB, half of it the
 * kernels in three instruction sets, and all have 1.9 MB of the 3 MB that the tarball may have; what else is in it has
 * 0.5. An install downloads eight binaries and uses one, so the budget has room for some more kernels, and none for
 * symbols or for a second C++ library.
 */
const LARGEST = 1_000_000;
const ALL_COMPRESSED = 2_400_000;

/**
 * What a binary may need of its system, all of which Node.js needs itself. On Windows that is not node.exe, which goes
 * by another name in Electron and in programs that have Node.js inside.
 */
const NEEDED = {
  glibc: /^(lib(c|m|pthread|dl)\.so\.\d+|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/,
  musl: /^libc\.so$/,
  win32: /^(kernel32|api-ms-win-crt-[a-z0-9-]+)\.dll$/i,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
};

/** What zig's linker exports of every library for macOS: the addresses of its header, which are no functions. */
const HEADERS = ['_mh_dylib_header', '__dso_handle'];

const READERS = { linux: readElf, win32: readPe, darwin: readMacho };

/** @returns what is wrong with the binaries in a folder, one line each; none when they may be published */
export function faultsOf(folder, { version, sources }) {
  const present = existsSync(folder) ? filesIn(folder) : [];
  const files = present.map((file) => relative(folder, file).split(sep).join('/'));
  const wanted = TARGETS.map(({ file }) => file);
  const faults = wanted.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  const foreign = files.filter((file) => ![...wanted, 'README.md', 'manifest.json'].includes(file));
  faults.push(...foreign.map((file) => `${file} does not belong there`));
  const there = TARGETS.filter(({ file }) => files.includes(file));
  faults.push(...manifestFaults(folder, there, { version, sources }));
  for (const target of there) faults.push(...binaryFaults(readFileSync(join(folder, target.file)), target));
  const compressed = there.reduce((sum, { file }) => sum + gzipSync(readFileSync(join(folder, file))).length, 0);
  if (compressed > ALL_COMPRESSED) faults.push(`all must compress to ${ALL_COMPRESSED} bytes: they have ${compressed}`);
  return faults;
}

function manifestFaults(folder, targets, { version, sources }) {
  const manifest = readManifest(folder);
  const faults = [];
  if (manifest.version !== version)
    faults.push(`manifest.json must be of version ${version}: it is of ${manifest.version}`);
  if (manifest.sources !== sources) faults.push('manifest.json names other sources: they have changed since');
  for (const { file } of targets) {
    const same = JSON.stringify(manifest.files?.[file]) === JSON.stringify(entryOf(join(folder, file)));
    if (!same) faults.push(`${file} is not the file that manifest.json has`);
  }
  return faults;
}

function binaryFaults(bytes, { file, platform, arch, libc }) {
  if (bytes.length > LARGEST) return [`${file} must have at most ${LARGEST} bytes: it has ${bytes.length}`];
  let binary;
  try {
    binary = READERS[platform](bytes);
  } catch (error) {
    const why = error instanceof RangeError ? 'is cut short' : error.message; // it was read beyond its end
    return [`${file} ${why}`];
  }
  const faults = [];
  const fault = (text) => faults.push(`${file} ${text}`);
  if (binary.arch !== arch) fault(`is for ${binary.arch ?? 'another processor'}`);
  const missing = ENTRY_POINTS.filter((name) => !binary.exports.includes(name));
  if (missing.length > 0) fault(`does not export ${missing.join(', ')}`);
  const allowed = platform === 'darwin' ? [...ENTRY_POINTS, ...HEADERS] : ENTRY_POINTS;
  const others = binary.exports.filter((name) => !allowed.includes(name));
  if (others.length > 0) fault(`exports ${others.slice(0, 5).join(', ')}${others.length > 5 ? ', …' : ''}`);
  const libraries = binary.needed.filter((name) => !NEEDED[libc ?? platform].test(name));
  if (libraries.length > 0) fault(`needs ${libraries.join(', ')}`);
  if (binary.searched?.length > 0) fault(`looks for libraries in ${binary.searched.join(', ')}`);
  if (libc === 'musl' && !binary.needed.includes('libc.so')) fault('is not for musl');
  const newer = (binary.versions ?? []).filter((name) => !isAtMost(name, `GLIBC_${GLIBC}`));
  if (newer.length > 0) fault(`needs ${newer.join(', ')}`);
  if (platform === 'darwin' && (binary.platform !== 1 || binary.minimum !== MACOS)) {
    fault(`is for macOS ${binary.minimum ?? 'of no version'}, or another system: it must be for macOS ${MACOS}`);
  }
  return faults;
}

/** Whether a version of a symbol is of glibc, and no later than a given one. */
function isAtMost(name, floor) {
  const [ours, theirs] = [name, floor].map((text) => text.match(/^GLIBC_(\d+)\.(\d+)/));
  if (ours === null) return false;
  return Number(ours[1]) * 1000 + Number(ours[2]) <= Number(theirs[1]) * 1000 + Number(theirs[2]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const faults = faultsOf(process.argv[2] ?? join(root, 'prebuilds'), { version, sources: hashOfSources(root) });
  for (const fault of faults) process.stderr.write(`adamax: prebuilds: ${fault}\n`);
  if (faults.length > 0) process.stderr.write('adamax: "npm run prebuilds" makes what may be published\n');
  process.exit(faults.length > 0 ? 1 : 0);
}
