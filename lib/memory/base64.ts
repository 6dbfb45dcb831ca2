import { endianness } from 'node:os';
import { bufferOf, byteLengthOf, byteOffsetOf } from './typed-arrays.js';

/** Kinds of arrays that are written, by their name in what is saved. */
const FORMATS = { float32: Float32Array, bfloat16: Uint16Array, int64: BigInt64Array } as const;

type Format = keyof typeof FORMATS;

/** The elements of an array as base64 of their little-endian bytes, on machines of either order. */
export function toBase64(array: Float32Array | Uint16Array | BigInt64Array): string {
  const bytes = Buffer.from(bufferOf(array), byteOffsetOf(array), byteLengthOf(array));
  return inOrder(bytes, array.BYTES_PER_ELEMENT).toString('base64');
}

/** The reverse of `toBase64`; undefined for what it cannot have written. */
export function fromBase64(text: string, format: Format): Float32Array | Uint16Array | BigInt64Array | undefined {
  const { BYTES_PER_ELEMENT } = FORMATS[format];
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % BYTES_PER_ELEMENT !== 0 || bytes.toString('base64') !== text) return undefined;
  const ordered = inOrder(bytes, BYTES_PER_ELEMENT);
  // A copy lies at the beginning of a buffer of its own; small ones of Node share one, at any place.
  return new FORMATS[format](new Uint8Array(ordered).buffer);
}

function inOrder(bytes: Buffer, width: number): Buffer {
  if (endianness() === 'LE') return bytes;
  const copy = Buffer.from(bytes);
  if (width === 2) return copy.swap16();
  return width === 4 ? copy.swap32() : copy.swap64();
}
