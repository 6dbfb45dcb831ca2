import { isLittleEndian } from '../memory/byte-order.js';
import { bufferOf, byteLengthOf, byteOffsetOf } from '../memory/typed-arrays.js';
import type { DType, Elements } from './dtype.js';

const ARRAYS = { float32: Float32Array, bfloat16: Uint16Array, int64: BigInt64Array } as const;

/** The elements of an array as base64 of their little-endian bytes, on machines of either order. */
export function toBase64(array: Elements): string {
  const bytes = Buffer.from(bufferOf(array), byteOffsetOf(array), byteLengthOf(array));
  return (isLittleEndian ? bytes : swapped(Buffer.from(bytes), array.BYTES_PER_ELEMENT)).toString('base64');
}

/** The reverse of `toBase64`; undefined for what it cannot have written. */
export function fromBase64(text: string, dtype: DType): Elements | undefined {
  const { BYTES_PER_ELEMENT } = ARRAYS[dtype];
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % BYTES_PER_ELEMENT !== 0 || bytes.toString('base64') !== text) return undefined;
  // Small buffers of Node lie in one that they share, at any offset; a copy begins where an array may.
  const copy = new Uint8Array(bytes);
  if (!isLittleEndian) swapped(Buffer.from(copy.buffer), BYTES_PER_ELEMENT);
  return new ARRAYS[dtype](copy.buffer);
}

function swapped(bytes: Buffer, width: number): Buffer {
  if (width === 2) return bytes.swap16();
  return width === 4 ? bytes.swap32() : bytes.swap64();
}
