/** Section types of ELF (System V gABI, and the GNU extension for versions that are needed). */
const DYNAMIC = 6;
const DYNAMIC_SYMBOLS = 11;
const VERSIONS_NEEDED = 0x6ffffffe;
/** Tags of dynamic entries. */
const NEEDED = 1;
const RPATH = 15;
const RUNPATH = 29;

const MACHINES = { 62: 'x64', 183: 'arm64' };

/**
 * @returns what a shared object of Linux (64 bits, little-endian) is, exports and needs.
 * @throws Error for any other file
 */
export function readElf(bytes) {
  if (bytes.toString('latin1', 0, 6) !== '\x7fELF\x02\x01' || bytes.readUInt16LE(16) !== 3) {
    throw new Error('is no shared object of Linux');
  }
  const sections = sectionsOf(bytes);
  const find = (wanted) => sections.filter(({ type }) => type === wanted);
  const text = (section, at) => textAt(bytes, sections[section.link].offset + at);
  const entries = find(DYNAMIC).flatMap((section) =>
    rows(section, 16).map((at) => ({ tag: u64(bytes, at), value: u64(bytes, at + 8), section })),
  );
  const strings = (tag) =>
    entries.filter((entry) => entry.tag === tag).map(({ section, value }) => text(section, value));
  return {
    arch: MACHINES[bytes.readUInt16LE(18)],
    needed: strings(NEEDED),
    searched: [...strings(RPATH), ...strings(RUNPATH)],
    exports: find(DYNAMIC_SYMBOLS).flatMap((section) =>
      rows(section, 24)
        .filter((at) => bytes[at + 4] >> 4 !== 0 && bytes.readUInt16LE(at + 6) !== 0) // not local, and defined here
        .map((at) => text(section, bytes.readUInt32LE(at))),
    ),
    versions: find(VERSIONS_NEEDED).flatMap((section) => versionsOf(bytes, section, text)),
  };
}

function sectionsOf(bytes) {
  const [first, stride, count] = [u64(bytes, 40), bytes.readUInt16LE(58), bytes.readUInt16LE(60)];
  return Array.from({ length: count }, (_, i) => first + i * stride).map((at) => ({
    type: bytes.readUInt32LE(at + 4),
    offset: u64(bytes, at + 24),
    size: u64(bytes, at + 32),
    link: bytes.readUInt32LE(at + 40),
    info: bytes.readUInt32LE(at + 44),
  }));
}

/** A list of libraries, each with a list of the versions that are needed of it. */
function versionsOf(bytes, section, text) {
  const names = [];
  let library = section.offset;
  for (let i = 0; i < section.info; i++) {
    let version = library + bytes.readUInt32LE(library + 8);
    for (let k = 0; k < bytes.readUInt16LE(library + 2); k++) {
      names.push(text(section, bytes.readUInt32LE(version + 8)));
      version += bytes.readUInt32LE(version + 12);
    }
    library += bytes.readUInt32LE(library + 12);
  }
  return [...new Set(names)];
}

function rows({ offset, size }, stride) {
  return Array.from({ length: Math.floor(size / stride) }, (_, i) => offset + i * stride);
}

function u64(bytes, at) {
  return Number(bytes.readBigUInt64LE(at));
}

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}
