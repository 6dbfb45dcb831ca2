/**
 * Reads archives as Keras writes them: entries are looked up in the directory at the end, sizes are those that it
 * tells, and what is read has the checksum that it tells. Nothing is unpacked to the disk, so names of entries are only
 * compared.
 */

import { readAll, type Source } from '../checkpoint/files/medium.js';
import { damaged } from '../checkpoint/format/damage.js';
import type { Work } from '../files/eventually.js';

/** It is not imported, as lib/memory/node-modules.ts says. */
const zlib = process.getBuiltinModule('node:zlib');

export interface ZipEntry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly checksum: number;
  /** Bytes in the file, and bytes of the content. */
  readonly packed: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;

/** Bytes of the end without a comment, of a comment at most, and of the directory at most. */
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const LARGEST_DIRECTORY = 16 * 1024 * 1024;
/**
 * How many bytes may be made of one, where there are many. Keras deflates nothing, and numbers of a model do not shrink
 * by much; the thousandfold, which deflate could make, would fill the memory.
 */
const DENSEST = 32;
const MANY = 1024 * 1024;

/** @throws RangeError `ERR_ADAMAX_CHECKPOINT` */
export function* zipEntries(source: Source): Work<Map<string, ZipEntry>> {
  const { begin, length, count } = yield* directoryOf(source);
  const view = yield* viewAt(source, begin, length);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + 46 > length || view.getUint32(at, true) !== CENTRAL) throw broken(source, `entry ${i} of the directory`);
    const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const end = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > length) throw broken(source, `entry ${i} of the directory`);
    const name = textOf(view, at + 46, nameLength);
    if (entries.has(name)) throw damaged(source.name, 'names in the directory must be unique, as', name);
    entries.set(name, entryOf(source, view, at, name, extraLength));
    at = end;
  }
  return entries;
}

/** @param most - bytes of the content; the directory tells how many, and no more are made */
export function* readEntry(source: Source, entry: ZipEntry, most: number): Work<Uint8Array> {
  const { name, at, packed, size, isDeflated, checksum } = entry;
  if (size > most || (isDeflated ? size > Math.max(packed * DENSEST, MANY) : size !== packed)) {
    throw damaged(source.name, `size of '${name}' must be that of its content and at most ${most}, as`, size);
  }
  const local = yield* viewAt(source, at, 30);
  if (local.getUint32(0, true) !== LOCAL) throw broken(source, `the header of '${name}'`);
  const begin = at + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const view = yield* viewAt(source, begin, packed);
  const stored = new Uint8Array(view.buffer, 0, packed);
  const bytes = isDeflated ? inflated(source, name, stored, size) : stored;
  if (bytes.length !== size || zlib.crc32(bytes) !== checksum) {
    throw damaged(source.name, `'${name}' must be as its checksum tells, as`, `${bytes.length} other bytes`);
  }
  return bytes;
}

function inflated(source: Source, name: string, stored: Uint8Array, size: number): Uint8Array {
  try {
    // It is a copy, since small ones lie in memory that Node shares among many.
    return new Uint8Array(zlib.inflateRawSync(stored, { maxOutputLength: Math.max(size, 1) }));
  } catch (error) {
    throw Object.assign(damaged(source.name, `'${name}' must be deflated as the directory tells, as`, error), {
      cause: error,
    });
  }
}

function* directoryOf(source: Source): Work<{ begin: number; length: number; count: number }> {
  const tailBegin = Math.max(0, source.size - END_SIZE - LONGEST_COMMENT);
  const tail = yield* viewAt(source, tailBegin, source.size - tailBegin);
  for (let at = tail.byteLength - END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END || at + END_SIZE + tail.getUint16(at + 20, true) !== tail.byteLength) continue;
    const end = tailBegin + at;
    const found = (yield* directory64Of(source, end)) ?? {
      begin: tail.getUint32(at + 16, true),
      length: tail.getUint32(at + 12, true),
      count: tail.getUint16(at + 10, true),
    };
    if (found.begin + found.length > end || found.length > LARGEST_DIRECTORY) throw broken(source, 'the directory');
    return found;
  }
  throw broken(source, 'the end of the directory');
}

/** Archives of more than 4 GB have a second end in front of the first one. */
function* directory64Of(
  source: Source,
  end: number,
): Work<{ begin: number; length: number; count: number } | undefined> {
  if (end < 20) return undefined;
  const locator = yield* viewAt(source, end - 20, 20);
  if (locator.getUint32(0, true) !== END64_LOCATOR) return undefined;
  const at = Number(locator.getBigUint64(8, true));
  if (at + 56 > end) throw broken(source, 'the end of the directory');
  const view = yield* viewAt(source, at, 56);
  if (view.getUint32(0, true) !== END64) throw broken(source, 'the end of the directory');
  const [count, length, begin] = [32, 40, 48].map((offset) => Number(view.getBigUint64(offset, true)));
  return { begin, length, count };
}

function entryOf(source: Source, view: DataView, at: number, name: string, extraLength: number): ZipEntry {
  const method = view.getUint16(at + 10, true);
  const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
  if ((method !== 0 && method !== 8) || isEncrypted) {
    throw damaged(source.name, `'${name}' must be stored or deflated, as`, isEncrypted ? 'encrypted' : method);
  }
  const wide = wideNumbers(view, at + 46 + view.getUint16(at + 28, true), extraLength);
  // What does not fit in 32 bits is among the 64-bit numbers, in this order.
  const [size, packed, begin] = [24, 20, 42].map((offset) => {
    const number = view.getUint32(at + offset, true);
    return number === 0xffffffff ? (wide.shift() ?? number) : number;
  });
  if (begin + packed > source.size) throw broken(source, `'${name}'`);
  return { name, isDeflated: method === 8, checksum: view.getUint32(at + 16, true), packed, size, at: begin };
}

function wideNumbers(view: DataView, begin: number, length: number): number[] {
  for (let at = begin; at + 4 <= begin + length; at += 4 + view.getUint16(at + 2, true)) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) !== 1 || at + 4 + size > begin + length) continue;
    return Array.from({ length: Math.floor(size / 8) }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
  }
  return [];
}

function* viewAt(source: Source, begin: number, length: number): Work<DataView> {
  if (!(begin >= 0 && length >= 0 && begin + length <= source.size)) throw broken(source, 'what the directory tells');
  const bytes = new Uint8Array(length);
  yield* readAll(source, bytes, begin);
  return new DataView(bytes.buffer);
}

function textOf(view: DataView, at: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, at, length));
}

function broken({ name }: Source, what: string): RangeError {
  return damaged(name, `${what} must be that of a zip archive, as`, 'other bytes');
}
