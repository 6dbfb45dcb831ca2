/** Elements of a file's tensors as numbers. */
import { fromFloat16 } from '../checkpoint/conversion.js';
import type { FileDtype } from '../checkpoint/format/dtype.js';
import { fromBfloat16 } from '../math/bfloat16.js';

/** Reads the element that begins at a byte. */
export type ReadElement = (from: DataView, at: number) => number | bigint;

export const READERS: Readonly<Record<FileDtype, ReadElement>> = {
  F64: (from, at) => from.getFloat64(at, true),
  I64: (from, at) => from.getBigInt64(at, true),
  U64: (from, at) => from.getBigUint64(at, true),
  F32: (from, at) => from.getFloat32(at, true),
  I32: (from, at) => from.getInt32(at, true),
  U32: (from, at) => from.getUint32(at, true),
  F16: (from, at) => fromFloat16(from.getUint16(at, true)),
  BF16: (from, at) => fromBfloat16(from.getUint16(at, true)),
  I16: (from, at) => from.getInt16(at, true),
  U16: (from, at) => from.getUint16(at, true),
  F8_E4M3: (from, at) => fromFloat8E4M3(from.getUint8(at)),
  // It is the upper half of a binary16.
  F8_E5M2: (from, at) => fromFloat16(from.getUint8(at) << 8),
  I8: (from, at) => from.getInt8(at),
  U8: (from, at) => from.getUint8(at),
  BOOL: (from, at) => from.getUint8(at),
};

/** It has no infinity: all bits of exponent and fraction are NaN, and the rest of that exponent are numbers. */
function fromFloat8E4M3(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 0x7;
  if (exponent === 0xf && fraction === 0x7) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7));
}

/** So many digits as tell a number from its neighbours of the same dtype. */
export function numberText(x: number | bigint, dtype: FileDtype): string {
  if (Object.is(x, -0)) return '-0';
  if (typeof x === 'bigint' || dtype !== 'F32' || !Number.isFinite(x)) return `${x}`;
  let digits = 1;
  while (Math.fround(Number(x.toPrecision(digits))) !== x) digits++;
  return `${Number(x.toPrecision(digits))}`;
}

export function viewOf(piece: Uint8Array): DataView {
  return new DataView(piece.buffer, piece.byteOffset, piece.length);
}
