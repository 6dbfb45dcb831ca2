const MACHINES = new Map([
  [0x01000007, 'x64'],
  [0x0100000c, 'arm64'],
]);
/** File types that Node.js loads: a dynamic library and a bundle. */
const LOADABLE = [6, 8];
/** Load commands; the highest bit says that dyld must know the command. */
const LIBRARIES = [0xc, 0x80000018, 0x8000001f];
const RPATH = 0x8000001c;
const DYLD_INFO = [0x22, 0x80000022];
const EXPORTS_TRIE = 0x80000033;
const BUILD_VERSION = 0x32;

/**
 * @returns what a library of macOS (64 bits, of one processor) is, exports and needs.
 * @throws Error for any other file
 */
export function readMacho(bytes) {
  if (bytes.readUInt32LE(0) !== 0xfeedfacf || !LOADABLE.includes(bytes.readUInt32LE(12))) {
    throw new Error('is no library of macOS');
  }
  const found = { arch: MACHINES.get(bytes.readUInt32LE(4)), needed: [], searched: [], exports: [] };
  let at = 32;
  for (let i = 0; i < bytes.readUInt32LE(16); i++) {
    const [command, size] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    const field = (k) => bytes.readUInt32LE(at + 8 + 4 * k);
    const text = () => textAt(bytes, at + field(0));
    if (LIBRARIES.includes(command)) found.needed.push(text());
    else if (command === RPATH) found.searched.push(text());
    else if (command === BUILD_VERSION) Object.assign(found, { platform: field(0), minimum: version(field(1)) });
    else if (DYLD_INFO.includes(command)) found.exports.push(...trie(bytes.subarray(field(8), field(8) + field(9))));
    else if (command === EXPORTS_TRIE) found.exports.push(...trie(bytes.subarray(field(0), field(0) + field(1))));
    at += size;
  }
  return found;
}

/** Names of C functions, which have a `_` in front here, from a tree whose edges are parts of names. */
function trie(bytes, at = 0, name = '') {
  if (bytes.length === 0) return [];
  const [exported, body] = uleb(bytes, at);
  const names = exported > 0 ? [name.replace(/^_/, '')] : [];
  let edge = body + exported + 1;
  for (let i = 0; i < bytes[body + exported]; i++) {
    const part = textAt(bytes, edge);
    const [child, next] = uleb(bytes, edge + part.length + 1);
    names.push(...trie(bytes, child, name + part));
    edge = next;
  }
  return names;
}

/** @returns a number of seven bits a byte, and where it ends */
function uleb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}

function version(packed) {
  return `${packed >> 16}.${(packed >> 8) & 255}`;
}

function textAt(bytes, at) {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}
