/**
 * What memory stands behind a typed array, asked in a way that the array's owner cannot bend: an own property, a
 * subclass or a changed prototype may redefine `length` or `resizable`, so the accessors of the built-in prototypes are
 * taken once, when this module is loaded, and called on the array.
 * The property cannot be trusted even where nobody redefined it: in Node 20, code that was optimized while it saw
 * arrays on resizable buffers too goes on reading the old length of an array that has been detached.
 */
import { uncurried } from './built-ins.js';
import { type Types, types } from './node-util.js';

// Whoever replaces a global constructor later would be handed memory that nobody but this package may hold.
const [FloatArray, DoubleArray, IntArray, ByteArray] = [Float32Array, Float64Array, Int32Array, Uint8Array];
const [HalfArray, LongArray] = [Uint16Array, BigInt64Array];

/** Row numbers of a sparse gradient. */
export type RowIndices = Int32Array | Uint32Array | BigInt64Array;

export const isFloat32Array: Types['isFloat32Array'] = types.isFloat32Array;
export const isInt32Array: Types['isInt32Array'] = types.isInt32Array;
export const isUint32Array: Types['isUint32Array'] = types.isUint32Array;
export const isUint16Array: Types['isUint16Array'] = types.isUint16Array;
export const isBigInt64Array: Types['isBigInt64Array'] = types.isBigInt64Array;
export const isBigUint64Array: Types['isBigUint64Array'] = types.isBigUint64Array;
export const isTypedArray: Types['isTypedArray'] = types.isTypedArray;
export const isSharedArrayBuffer: Types['isSharedArrayBuffer'] = types.isSharedArrayBuffer;

export function isRowIndices(value: unknown): value is RowIndices {
  return isInt32Array(value) || isUint32Array(value) || isBigInt64Array(value);
}

const accessorOf = (prototype: object, name: string | symbol) => {
  return uncurried(Object.getOwnPropertyDescriptor(prototype, name)?.get);
};

const typedArray = Object.getPrototypeOf(Float32Array.prototype) as object;

/** `Float32Array` and the like; undefined for what is no typed array. */
export const kindOf: (value: unknown) => string | undefined = accessorOf(typedArray, Symbol.toStringTag);

const byteLengthOfDataView = accessorOf(DataView.prototype, 'byteLength');

/** Bytes of a DataView; 0 as soon as its buffer has been detached. */
export function sizeOfDataView(view: DataView): number {
  try {
    return byteLengthOfDataView(view);
  } catch {
    return 0;
  }
}

/** Entries of a Map or a Set, whatever its class makes of `size`. */
export const sizeOfMap: (map: object) => number = accessorOf(Map.prototype, 'size');
export const sizeOfSet: (set: object) => number = accessorOf(Set.prototype, 'size');

/** Elements of a typed array; 0 as soon as its buffer has been detached. */
export const lengthOf: (array: ArrayBufferView) => number = accessorOf(typedArray, 'length');
export const bufferOf: (array: ArrayBufferView) => ArrayBufferLike = accessorOf(typedArray, 'buffer');
export const byteOffsetOf: (array: ArrayBufferView) => number = accessorOf(typedArray, 'byteOffset');
export const byteLengthOf: (array: ArrayBufferView) => number = accessorOf(typedArray, 'byteLength');

/** `to.set(from)`, whatever anybody has made of `set`. */
export const copyInto: <T extends ArrayBufferView>(to: T, from: T) => void = uncurried(Float32Array.prototype.set);

/** Zeros that nobody else holds. */
export const newFloats = (length: number): Float32Array => new FloatArray(length);
export const newDoubles = (length: number): Float64Array => new DoubleArray(length);
export const newInts = (length: number): Int32Array => new IntArray(length);

/** The memory of an array, by halves of 64 bits. */
export const wordsOf = (array: BigInt64Array): Int32Array => {
  return new IntArray(bufferOf(array), byteOffsetOf(array), 2 * lengthOf(array));
};

/** A part of an array, on its memory. `subarray` would ask the array's class what to make. */
export const partOf = (whole: Float32Array, begin: number, length: number): Float32Array => {
  return new FloatArray(bufferOf(whole), byteOffsetOf(whole) + 4 * begin, length);
};

/** All of an array, for those who use what its class may have replaced. */
export const plain = (array: Float32Array): Float32Array => partOf(array, 0, lengthOf(array));

/** Zeros of the kind of an array, whatever has become of that. */
export function zerosLike<T extends Float32Array | Uint16Array | BigInt64Array>(array: T, length: number): T {
  const Format = isFloat32Array(array) ? FloatArray : isUint16Array(array) ? HalfArray : LongArray;
  return new Format(length) as T;
}

/** A copy that nobody else holds. `slice` would ask the array's class what to make. */
export function copyOf<T extends Float32Array | Uint16Array | BigInt64Array>(array: T): T {
  const copy = zerosLike(array, lengthOf(array));
  copyInto(copy, array);
  return copy;
}

const resizableOf: (buffer: ArrayBufferLike) => boolean = accessorOf(ArrayBuffer.prototype, 'resizable');
const growableOf: (buffer: ArrayBufferLike) => boolean = accessorOf(SharedArrayBuffer.prototype, 'growable');

/**
 * The shared buffer of fixed length that was asked about last. The accessor of ordinary buffers throws for shared ones,
 * which takes a thousand times as long, and views of one shared buffer come in rows. One buffer at most is held by
 * this.
 */
let lastShared: ArrayBufferLike | null = null;

/** Whether a buffer may change its length, which it says of itself for good. */
export function isResizableBuffer(buffer: ArrayBufferLike): boolean {
  if (buffer === lastShared) return false;
  try {
    return resizableOf(buffer);
  } catch {
    const growable = growableOf(buffer);
    if (!growable) lastShared = buffer;
    return growable;
  }
}

/** Whether the memory of a typed array may move or change its length. */
export function isResizable(array: ArrayBufferView): boolean {
  return isResizableBuffer(bufferOf(array));
}

/** Whether the memory of a typed array has gone. */
export function isDetached(array: ArrayBufferView): boolean {
  if (lengthOf(array) > 0) return false;
  const buffer = bufferOf(array);
  if (isSharedArrayBuffer(buffer)) return false;
  try {
    new ByteArray(buffer); // Node 20 has no ArrayBuffer.prototype.detached; a view tells it everywhere
    return false;
  } catch {
    return true;
  }
}
