const MACHINES = new Map([
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
]);
/** Which entries of the data directories are read. */
const EXPORTS = 0;
const IMPORTS = 1;
const DELAYED_IMPORTS = 13;

/** @returns what a library of Windows (PE32+) is, exports and needs. @throws Error for any other file */
export function readPe(bytes) {
  const header = bytes.toString('latin1', 0, 2) === 'MZ' ? bytes.readUInt32LE(60) : 0;
  const optional = header + 24;
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0' || bytes.readUInt16LE(optional) !== 0x20b) {
    throw new Error('is no library of Windows');
  }
  const sections = Array.from({ length: bytes.readUInt16LE(header + 6) }, (_, i) => {
    const at = optional + bytes.readUInt16LE(header + 20) + i * 40;
    return {
      size: bytes.readUInt32LE(at + 16),
      address: bytes.readUInt32LE(at + 12),
      offset: bytes.readUInt32LE(at + 20),
    };
  });
  /** Where in the file lies what is at an address once it is loaded. */
  const place = (address) => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.size);
    if (section === undefined) throw new Error('is cut short, or has an address outside of its sections');
    return address - section.address + section.offset;
  };
  const text = (address) => bytes.toString('latin1', place(address), bytes.indexOf(0, place(address)));
  const directory = (i) => bytes.readUInt32LE(optional + 112 + i * 8);
  /** Names of libraries, from a list of records that ends with one without a name. */
  const libraries = (list, stride, nameAt) => {
    const names = [];
    if (list === 0) return names;
    for (let at = place(list) + nameAt; bytes.readUInt32LE(at) !== 0; at += stride)
      names.push(text(bytes.readUInt32LE(at)));
    return names;
  };
  return {
    arch: MACHINES.get(bytes.readUInt16LE(header + 4)),
    needed: [...libraries(directory(IMPORTS), 20, 12), ...libraries(directory(DELAYED_IMPORTS), 32, 4)],
    exports: exportsOf(bytes, directory(EXPORTS), place, text),
  };
}

function exportsOf(bytes, list, place, text) {
  if (list === 0) return [];
  const count = bytes.readUInt32LE(place(list) + 24);
  const names = bytes.readUInt32LE(place(list) + 32);
  return Array.from({ length: count }, (_, i) => text(bytes.readUInt32LE(place(names + i * 4))));
}
