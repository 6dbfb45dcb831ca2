/** The least that counts as a shared library for each system: headers, and lists of what is exported and needed. */
export interface Library {
  readonly arch: string;
  readonly exports: readonly string[];
  readonly needed: readonly string[];
  /** Of symbols, for Linux. */
  readonly versions?: readonly string[];
  /** Folders that libraries are looked for in, for Linux. */
  readonly searched?: readonly string[];
  /** The oldest macOS it is for. */
  readonly minimum?: readonly [number, number];
  /** 1 is macOS, 2 is iOS. */
  readonly platform?: number;
}

/** Numbers are written little-endian: `[bytes, value]`. */
type Part = string | Buffer | readonly [2 | 4 | 8, number];

function bytesOf(parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part, 'latin1');
      if (Buffer.isBuffer(part)) return part;
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(part[1]));
      return bytes.subarray(0, part[0]);
    }),
  );
}

const u16 = (value: number): Part => [2, value];
const u32 = (value: number): Part => [4, value];
const u64 = (value: number): Part => [8, value];

/** Strings that end with a zero, and where each begins. */
function table(names: readonly string[]) {
  let bytes = '\0';
  const at = new Map<string, number>();
  for (const name of names) {
    at.set(name, bytes.length);
    bytes += `${name}\0`;
  }
  return { bytes: Buffer.from(bytes, 'latin1'), at: (name: string) => at.get(name) as number };
}

/** A shared object of Linux. */
export function elf({ arch, exports, needed, versions = [], searched = [] }: Library): Buffer {
  const strings = table([...exports, ...needed, ...versions, ...searched, 'imported']);
  const symbol = (name: string, section: number) =>
    bytesOf([u32(strings.at(name)), '\x12\0', u16(section), u64(0), u64(0)]);
  const dynamic = [...needed.map((name) => [1, name] as const), ...searched.map((name) => [29, name] as const)];
  const sections: [type: number, bytes: Buffer, info: number][] = [
    [0, Buffer.alloc(0), 0],
    [3, strings.bytes, 0],
    [11, Buffer.concat([Buffer.alloc(24), symbol('imported', 0), ...exports.map((name) => symbol(name, 7))]), 0],
    [6, bytesOf(dynamic.flatMap(([tag, name]) => [u64(tag), u64(strings.at(name))])), 0],
  ];
  if (versions.length > 0) {
    const list = versions.flatMap((name) => [u32(0), u16(0), u16(2), u32(strings.at(name)), u32(16)]);
    const library = [u16(1), u16(versions.length), u32(strings.at(needed[0])), u32(16), u32(0)];
    sections.push([0x6ffffffe, bytesOf([...library, ...list]), 1]);
  }
  let offset = 64;
  const headers = sections.map(([type, { length }, info]) => {
    const header = [u32(0), u32(type), u64(0), u64(0), u64(offset), u64(length), u32(1), u32(info), u64(1), u64(0)];
    offset += length;
    return bytesOf(header);
  });
  const machine = arch === 'x64' ? 62 : 183;
  return bytesOf([
    ...['\x7fELF\x02\x01', Buffer.alloc(10), u16(3), u16(machine), u32(1), u64(0), u64(0), u64(offset), u32(0)],
    ...[u16(64), u16(56), u16(0), u16(64), u16(sections.length), u16(1)],
    ...sections.map(([, bytes]) => bytes),
    ...headers,
  ]);
}

/** A library of Windows: all of it is one section, which begins after 1024 bytes. */
export function pe({ arch, exports, needed }: Library): Buffer {
  const base = 0x1000;
  const strings = table([...exports, ...needed]);
  const text = (name: string) => base + strings.at(name);
  const names = base + strings.bytes.length;
  const exported = names + 4 * exports.length;
  const imported = exported + 40;
  const section = bytesOf([
    strings.bytes,
    ...exports.map((name) => u32(text(name))),
    ...[Buffer.alloc(24), u32(exports.length), u32(0), u32(names), u32(0)],
    ...needed.flatMap((name) => [Buffer.alloc(12), u32(text(name)), u32(0)]),
    Buffer.alloc(20),
  ]);
  const machine = arch === 'x64' ? 0x8664 : 0xaa64;
  const head = bytesOf([
    ...['MZ', Buffer.alloc(58), u32(64), 'PE\0\0', u16(machine), u16(1), Buffer.alloc(12), u16(240), u16(0)],
    ...[u16(0x20b), Buffer.alloc(110), u32(exported), u32(40), u32(imported), u32(20), Buffer.alloc(112)],
    ...['.rdata\0\0', u32(section.length), u32(base), u32(section.length), u32(1024), Buffer.alloc(16)],
  ]);
  return bytesOf([head, Buffer.alloc(1024 - head.length), section]);
}

/** A library of macOS. */
export function macho({ arch, exports, needed, minimum = [11, 0], platform = 1 }: Library): Buffer {
  const libraries = needed.map((name) => {
    const text = Buffer.alloc(Math.ceil((name.length + 1) / 8) * 8);
    text.write(name, 'latin1');
    return bytesOf([u32(0xc), u32(24 + text.length), u32(24), Buffer.alloc(12), text]);
  });
  // One branch for each name, whose end has two bytes: it is exported, and nothing follows.
  const edges = exports.map((name) => `_${name}\0`);
  const ends = 2 + edges.reduce((sum, edge) => sum + edge.length + 2, 0);
  const uleb = (value: number) => Buffer.from([(value & 0x7f) | 0x80, value >> 7]);
  const trie = bytesOf([
    Buffer.from([0, edges.length]),
    ...edges.flatMap((edge, i) => [edge, uleb(ends + 4 * i)]),
    ...edges.map(() => Buffer.from([2, 0, 0, 0])),
  ]);
  const build = [u32(0x32), u32(24), u32(platform), u32(minimum[0] * 65536 + minimum[1] * 256), u32(0), u32(0)];
  const size = 24 + 16 + libraries.reduce((sum, { length }) => sum + length, 0);
  const found = [u32(0x80000033), u32(16), u32(32 + size), u32(trie.length)];
  const cpu = arch === 'x64' ? 0x01000007 : 0x0100000c;
  const head = [u32(0xfeedfacf), u32(cpu), u32(0), u32(6), u32(libraries.length + 2), u32(size), u32(0), u32(0)];
  return bytesOf([...head, ...libraries, ...build, ...found, trie]);
}
