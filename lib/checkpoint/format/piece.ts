/** Elements of arrays as little-endian bytes, as files have them, piece by piece. */
import { detached } from '../../arguments/arrays.js';
import { isLittleEndian } from '../../memory/byte-order.js';
import type { TypedArray } from '../../memory/node-util.js';
import { bufferOf, byteOffsetOf, lengthOf } from '../../memory/typed-arrays.js';

/**
 * Copies bytes of an array.
 * @param begin - where they begin in the array, at an element
 * @param length - elements that the array must still have
 * @throws TypeError `ERR_ADAMAX_DETACHED` where its memory has gone
 */
export function readPiece(key: string, array: TypedArray, length: number, begin: number, into: Uint8Array): void {
  into.set(bytesAt(key, array, length, begin, into.length));
  swap(into, array.BYTES_PER_ELEMENT);
}

/** The same without a copy, where the array's own bytes are in that order. @param scratch - for a copy elsewhere */
export function viewPiece(
  key: string,
  array: TypedArray,
  length: number,
  begin: number,
  scratch: Uint8Array,
): Uint8Array {
  if (isLittleEndian) return bytesAt(key, array, length, begin, scratch.length);
  readPiece(key, array, length, begin, scratch);
  return scratch;
}

/** The reverse of `readPiece`. */
export function writePiece(key: string, array: TypedArray, length: number, begin: number, from: Uint8Array): void {
  swap(from, array.BYTES_PER_ELEMENT);
  bytesAt(key, array, length, begin, from.length).set(from);
}

/** The bytes themselves, as the machine has them. @throws as `readPiece` */
export function bytesAt(key: string, array: TypedArray, length: number, begin: number, count: number): Uint8Array {
  if (lengthOf(array) !== length) throw detached(`'${key}'`, array);
  return new Uint8Array(bufferOf(array), byteOffsetOf(array) + begin, count);
}

function swap(bytes: Uint8Array, width: number): void {
  if (isLittleEndian || width === 1) return;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 2) view.swap16();
  else if (width === 4) view.swap32();
  else view.swap64();
}
