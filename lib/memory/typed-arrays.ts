/**
 * What memory stands behind a typed array, asked in a way that the array's owner cannot bend: an own property or a
 * subclass may redefine `length`, so the accessors of %TypedArray%.prototype are taken once and called on the array.
 * Nor can the property be trusted where nobody redefined it: in Node 20, code that was optimized while it saw arrays on
 * resizable buffers too goes on reading the old length of an array that has been detached.
 */
import { types } from 'node:util';

/** Row numbers of a sparse gradient. */
export type RowIndices = Int32Array | Uint32Array | BigInt64Array;

const accessor = (name: 'length' | 'buffer' | 'byteOffset' | 'byteLength') => {
  const prototype = Object.getPrototypeOf(Float32Array.prototype) as object;
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown;
};

const uncurry = <T>(getter: () => unknown) => Function.prototype.call.bind(getter) as (array: ArrayBufferView) => T;

/** Elements of a typed array; 0 as soon as its buffer has been detached. */
export const lengthOf = uncurry<number>(accessor('length'));
export const bufferOf = uncurry<ArrayBufferLike>(accessor('buffer'));
export const byteOffsetOf = uncurry<number>(accessor('byteOffset'));
export const byteLengthOf = uncurry<number>(accessor('byteLength'));

export const { isFloat32Array } = types;

export function isRowIndices(value: unknown): value is RowIndices {
  return types.isInt32Array(value) || types.isUint32Array(value) || types.isBigInt64Array(value);
}

/** Younger than the ES2022 typings. */
type MaybeResizable = ArrayBufferLike & { readonly resizable?: boolean; readonly growable?: boolean };

/** Whether the memory of a typed array may move or change its length. */
export function isResizable(array: ArrayBufferView): boolean {
  const buffer = bufferOf(array) as MaybeResizable;
  return buffer.resizable === true || buffer.growable === true;
}

/** Whether the memory of a typed array has gone. */
export function isDetached(array: ArrayBufferView): boolean {
  if (lengthOf(array) > 0) return false;
  const buffer = bufferOf(array);
  if (types.isSharedArrayBuffer(buffer)) return false;
  try {
    new Uint8Array(buffer); // ArrayBuffer.prototype.detached is younger than Node 20; a view says it everywhere
    return false;
  } catch {
    return true;
  }
}
