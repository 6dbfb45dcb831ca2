import { fs } from '../memory/node-modules.js';

/** "\x7fELF", 64 bits, little-endian. */
const ELF64 = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
/** A segment that is mapped. */
const LOAD = 1;
/** The path of the loader that maps the others. */
const INTERPRETER = 3;
const SEGMENT_BYTES = 56;
const SECTION_BYTES = 64;

interface Segment {
  readonly kind: number;
  readonly offset: number;
  readonly size: number;
}

interface Elf {
  /** Bytes of the file. */
  readonly size: number;
  readonly segments: readonly Segment[];
  /** Whether nothing is in the last row of the table of sections, which linkers write behind all else. */
  readonly endsInZeros: boolean;
  /** @returns bytes of the file as text, in ISO 8859-1 */
  text(offset: number, size: number): string;
}

/**
 * Whether a binary for Linux ends before its segments do, as a download that was broken off does, or in zeros, as a
 * file whose end was never written. The loader would map it, and the first access to what is missing would end the
 * process (SIGBUS, SIGSEGV). Those of macOS and Windows look themselves.
 */
export function isCutShort(path: string): boolean {
  return withElf(path, ({ size, segments, endsInZeros }) => {
    return endsInZeros || segments.some(({ kind, offset, size: bytes }) => kind === LOAD && offset + bytes > size);
  });
}

/** @returns the path of the loader that a program asks for; undefined where it asks for none */
export function interpreterOf(path: string): string | undefined {
  let interpreter: string | undefined;
  withElf(path, ({ segments, text }) => {
    const segment = segments.find(({ kind }) => kind === INTERPRETER);
    if (segment !== undefined) interpreter = text(segment.offset, segment.size).replace(/\0.*$/s, '');
    return false;
  });
  return interpreter;
}

/** @returns false for what is no ELF file of 64 bits; true for one that ends within its table of segments */
function withElf(path: string, ask: (elf: Elf) => boolean): boolean {
  const file = fs.openSync(path, 'r');
  try {
    const { size } = fs.fstatSync(file);
    const bytesAt = (offset: number, length: number) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, fs.readSync(file, bytes, 0, length, offset));
    };
    const head = bytesAt(0, 4096);
    if (head.length < 64 || !ELF64.every((byte, i) => head[i] === byte)) return false;
    const first = Number(head.readBigUInt64LE(32));
    const stride = head.readUInt16LE(54);
    const segments: Segment[] = [];
    for (let i = 0; i < head.readUInt16LE(56); i++) {
      const at = first + i * stride;
      if (at + SEGMENT_BYTES > head.length) {
        if (at + SEGMENT_BYTES > size) return true;
        break;
      }
      const [offset, bytes] = [head.readBigUInt64LE(at + 8), head.readBigUInt64LE(at + 32)];
      segments.push({ kind: head.readUInt32LE(at), offset: Number(offset), size: Number(bytes) });
    }
    const sections = head.readUInt16LE(60);
    const last = Number(head.readBigUInt64LE(40)) + (sections - 1) * SECTION_BYTES;
    const endsInZeros = sections > 0 && bytesAt(last, SECTION_BYTES).every((byte) => byte === 0);
    return ask({ size, segments, endsInZeros, text: (offset, length) => bytesAt(offset, length).toString('latin1') });
  } finally {
    fs.closeSync(file);
  }
}
