import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** "\x7fELF", 64 bits, little-endian. */
const ELF64 = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
/** A segment that is mapped. */
const LOAD = 1;
const SEGMENT_BYTES = 56;

/**
 * Whether a binary for Linux ends before its segments do, as a download that was broken off does. The loader would map
 * the missing pages, and the first access to one would end the process (SIGBUS). Those of macOS and Windows look themselves.
 */
export function isCutShort(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(4096);
    const view = head.subarray(0, readSync(file, head, 0, head.length, 0));
    const { size } = fstatSync(file);
    if (view.length < 64 || !view.subarray(0, ELF64.length).equals(ELF64)) return false;
    const first = Number(view.readBigUInt64LE(32));
    const stride = view.readUInt16LE(54);
    for (let i = 0; i < view.readUInt16LE(56); i++) {
      const at = first + i * stride;
      if (at + SEGMENT_BYTES > view.length) return at + SEGMENT_BYTES > size;
      const end = view.readBigUInt64LE(at + 8) + view.readBigUInt64LE(at + 32);
      if (view.readUInt32LE(at) === LOAD && end > size) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}
