/**
 * The header of a safetensors file: 8 bytes with its length, little-endian, and as many bytes of JSON, which name each
 * tensor's dtype, shape and place among the bytes behind the header, and metadata that are strings.
 */
import type { Shape } from '../../variables/shape.js';
import { type FileDtype, WIDTHS } from './dtype.js';

/** A tensor in a file. */
export interface FileTensor {
  readonly key: string;
  readonly dtype: FileDtype;
  readonly shape: Shape;
  /** Where its bytes are, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** What the header of a file has as `__metadata__`: strings by name. */
export type Metadata = Readonly<Record<string, string>>;

export interface Header {
  /** Bytes in front of the first tensor. */
  readonly length: number;
  readonly metadata: Metadata;
  /** In the order in which they lie in the file. */
  readonly tensors: readonly FileTensor[];
}

/** Bytes of the length in front of the header. */
export const PREFIX = 8;
/** Longest header that Python's safetensors reads. */
export const LONGEST = 100_000_000;
/** The first tensor begins at a multiple of it, and so do all where elements of many bytes come first. */
const ALIGNMENT = 64;

/** What a tensor is before it has a place. */
export type Placeless = Pick<FileTensor, 'key' | 'dtype' | 'shape'> & { readonly elements: number };

/**
 * Gives tensors their places: those of wide elements come first, so that each begins at a multiple of its elements'
 * width.
 * @param bytes - where the next tensor begins
 */
export function placed<T extends Placeless>(tensors: readonly T[]): (T & FileTensor)[] {
  let begin = 0;
  const byWidth = [...tensors].sort((a, b) => WIDTHS[b.dtype] - WIDTHS[a.dtype]);
  return byWidth.map((tensor) => {
    const end = begin + tensor.elements * WIDTHS[tensor.dtype];
    const at = { ...tensor, begin, end };
    begin = end;
    return at;
  });
}

/** The bytes of a header. Spaces fill it up to a multiple of 64. */
export function headerBytes(metadata: Metadata, tensors: readonly FileTensor[]): Uint8Array {
  const parts = [`"__metadata__":${JSON.stringify(metadata)}`];
  for (const { key, dtype, shape, begin, end } of tensors) {
    parts.push(`${JSON.stringify(key)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const json = new TextEncoder().encode(`{${parts.join(',')}}`);
  const length = Math.ceil((PREFIX + json.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set(json, PREFIX);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length - PREFIX), true);
  return bytes;
}
