import { type TypedArray, types } from '../../memory/node-util.js';
import type { DType } from '../../variables/variable.js';

/** What safetensors calls the kinds of elements, and how many bytes one takes. */
export const WIDTHS = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** What safetensors calls a kind of elements: `F32`, `BF16`, `I64` and others. */
export type FileDtype = keyof typeof WIDTHS;

export function isFileDtype(text: string): text is FileDtype {
  return Object.hasOwn(WIDTHS, text);
}

/** What the dtypes of variables are called in a file. */
export const OF_VARIABLES: Readonly<Record<DType, FileDtype>> = { float32: 'F32', bfloat16: 'BF16', int64: 'I64' };

const ARRAYS = [
  ['F32', Float32Array, types.isFloat32Array],
  ['F64', Float64Array, types.isFloat64Array],
  ['I64', BigInt64Array, types.isBigInt64Array],
  ['U64', BigUint64Array, types.isBigUint64Array],
  ['I32', Int32Array, types.isInt32Array],
  ['U32', Uint32Array, types.isUint32Array],
  ['I16', Int16Array, types.isInt16Array],
  ['U16', Uint16Array, types.isUint16Array],
  ['I8', Int8Array, types.isInt8Array],
  ['U8', Uint8Array, types.isUint8Array],
] as const;

/** The dtype of what a typed array holds, and undefined for one that has none in a file. */
export function dtypeOfArray(array: TypedArray): FileDtype | undefined {
  return ARRAYS.find(([, , isOfKind]) => isOfKind(array))?.[0];
}

/** Whether JavaScript has arrays of such elements. */
export function hasArrays(dtype: FileDtype): boolean {
  return ARRAYS.some(([name]) => name === dtype);
}

/** Zeros of a dtype. Those that JavaScript has no array for come as the bits of their elements. */
export function newArray(dtype: FileDtype, length: number): TypedArray {
  const known = ARRAYS.find(([name]) => name === dtype)?.[1];
  return new (known ?? (WIDTHS[dtype] === 2 ? Uint16Array : Uint8Array))(length);
}
