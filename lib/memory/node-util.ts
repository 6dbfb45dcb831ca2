import { util } from './node-modules.js';

export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

type Is<T> = (value: unknown) => value is T;

// They are spelled out, since declarations that named Node's own could not be read without `@types/node`.
export interface Types {
  readonly isAnyArrayBuffer: Is<ArrayBufferLike>;
  readonly isArrayBufferView: Is<ArrayBufferView>;
  readonly isBigInt64Array: Is<BigInt64Array>;
  readonly isBigUint64Array: Is<BigUint64Array>;
  readonly isBoxedPrimitive: (value: unknown) => boolean;
  readonly isDataView: Is<DataView>;
  readonly isDate: Is<Date>;
  readonly isFloat32Array: Is<Float32Array>;
  readonly isFloat64Array: Is<Float64Array>;
  readonly isInt16Array: Is<Int16Array>;
  readonly isInt32Array: Is<Int32Array>;
  readonly isInt8Array: Is<Int8Array>;
  readonly isMap: Is<ReadonlyMap<unknown, unknown>>;
  readonly isNativeError: Is<Error>;
  readonly isPromise: Is<Promise<unknown>>;
  readonly isProxy: (value: unknown) => boolean;
  readonly isRegExp: Is<RegExp>;
  readonly isSet: Is<ReadonlySet<unknown>>;
  readonly isSharedArrayBuffer: Is<SharedArrayBuffer>;
  readonly isTypedArray: Is<TypedArray>;
  readonly isUint16Array: Is<Uint16Array>;
  readonly isUint32Array: Is<Uint32Array>;
  readonly isUint8Array: Is<Uint8Array>;
  readonly isUint8ClampedArray: Is<Uint8ClampedArray>;
  readonly isWeakMap: Is<WeakMap<object, unknown>>;
  readonly isWeakSet: Is<WeakSet<object>>;
}

/** Options of `util.inspect`, of which none are looked into here. */
export type InspectOptions = object;

/** What is used of `node:util`, as it was when this module was loaded. */
export const inspect: (value: unknown, options?: InspectOptions) => string = util.inspect;
export const types: Types = util.types;
