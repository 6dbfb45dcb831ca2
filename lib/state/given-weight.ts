/** What callers hand over for a weight, and how it becomes numbers as the weight stores them. */

import { detached } from '../arguments/arrays.js';
import { describe, rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { checkString } from '../arguments/options.js';
import { toBfloat16, widen } from '../math/bfloat16.js';
import { type TypedArray, types } from '../memory/node-util.js';
import {
  copyOf,
  isBigInt64Array,
  isBigUint64Array,
  isDetached,
  isFloat32Array,
  isInt32Array,
  isTypedArray,
  isUint16Array,
  isUint32Array,
  lengthOf,
} from '../memory/typed-arrays.js';
import { fromBase64 } from '../variables/base64.js';
import { type Nested, visitNested } from '../variables/nested.js';
import { equalShapes, formatShape, MOST_DIMENSIONS, sizeOf } from '../variables/shape.js';
import { type AnyVariable, type DType, type Elements, isVariable, memoryOf, Variable } from '../variables/variable.js';
import type { Destination } from './weight-list.js';

/** Numbers of a weight, row-major: in any typed array, or as nested arrays of numbers. */
export type WeightData =
  | Elements
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint32Array
  | BigUint64Array
  | Nested
  | bigint
  | readonly bigint[];

/**
 * A weight as a caller may hand it over: as `getWeights` returned it, or only its numbers, which then go by position.
 */
export type WeightLike =
  | {
      /** By which it finds its place; without one it goes by position. */
      readonly name?: string | null;
      /** `float32`, `int64` or `bfloat16`, in which `data` are written where they are base64. */
      readonly dtype?: string;
      /** Lengths of the dimensions, outermost first. */
      readonly shape: readonly number[];
      /** In JSON: base64 of little-endian elements of `dtype`. */
      readonly data: WeightData | string;
    }
  | AnyVariable
  | WeightData;

/** What was read of a weight, each property once. */
interface Read {
  readonly name?: unknown;
  readonly dtype?: unknown;
  readonly shape?: unknown;
  readonly data: unknown;
  /** Whether only numbers were handed over. */
  readonly isBare: boolean;
}

/** A weight that was read, and may be matched with the state. */
export interface Given extends Read {
  readonly name?: string | undefined;
  readonly dtype?: string | undefined;
  readonly shape?: readonly unknown[];
}

/** Reads what was handed over for a weight, which runs code of the caller, and checks nothing. */
export function readWeight(item: unknown): Read {
  if (isVariable(item)) return { dtype: item.dtype, shape: item.shape, data: memoryOf<Elements>(item), isBare: false };
  // A proxy of a variable cannot be read as one.
  const isProxied = types.isProxy(item) && item instanceof Variable;
  if (typeof item !== 'object' || item === null || Array.isArray(item) || isTypedArray(item) || isProxied) {
    return { data: item, isBare: true };
  }
  const { name, dtype, shape, data } = item as Read;
  return { name, dtype, shape: isShape(shape) ? Array.from(shape) : shape, data, isBare: false };
}

/** Whether it is worth a copy: a longer one fits nowhere. */
function isShape(shape: unknown): shape is readonly unknown[] {
  return Array.isArray(shape) && shape.length <= MOST_DIMENSIONS;
}

/** The weight that was read, if it is one. @throws TypeError `ERR_ADAMAX_ARG_TYPE` */
export function checkWeight(argument: string, { name, dtype, shape, data, isBare }: Read): Given {
  if (isBare) return { data, isBare };
  if (name !== undefined && name !== null) checkString(`${argument}.name`, name);
  if (dtype !== undefined) checkString(`${argument}.dtype`, dtype);
  if (!Array.isArray(shape)) throw wrongType(`${argument}.shape`, 'an array of numbers', shape);
  return { name: name ?? undefined, dtype, shape, data, isBare };
}

/**
 * The numbers of a given weight as they are stored where they go, in memory of ours. Moments of one format may be
 * stored in the other; any other number must be one that float32, or int64, holds exactly.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`, `ERR_ADAMAX_SHAPE`, `ERR_ADAMAX_LENGTH`
 */
export function elementsFor(argument: string, given: Given, destination: Destination): Elements {
  const { shape } = given;
  if (shape !== undefined && !equalShapes(shape as readonly number[], destination.shape)) {
    const expected = `${formatShape(destination.shape)} for '${destination.name}'`;
    throw rangeError('ERR_ADAMAX_SHAPE', `${argument}.shape must be ${expected}: received ${describe(shape)}`);
  }
  const data = dataOf(argument, given);
  const dtype = dtypeOf(argument, given, data);
  if (dtype !== undefined && !STORED[destination.dtype].includes(dtype)) {
    throw wrongType(
      argument,
      `of dtype ${STORED[destination.dtype].join(', ')} for '${destination.name}'`,
      given.dtype ?? data,
    );
  }
  if (!isTypedArray(data)) return fromNested(argument, data, destination);
  if (isDetached(data)) throw detached(argument, data);
  const size = sizeOf(destination.shape);
  if (lengthOf(data) !== size) {
    const expected = `${size} elements for '${destination.name}'`;
    throw rangeError('ERR_ADAMAX_LENGTH', `${argument} must have ${expected}: received ${describe(data)}`);
  }
  return fromTypedArray(argument, data, destination.dtype);
}

/** The kind of array that a dtype stands for. */
const ARRAYS: Readonly<Record<string, (data: unknown) => boolean>> = {
  float32: isFloat32Array,
  bfloat16: isUint16Array,
  int64: isBigInt64Array,
  float64: types.isFloat64Array,
  int32: isInt32Array,
  int16: types.isInt16Array,
  int8: types.isInt8Array,
  uint64: isBigUint64Array,
  uint32: isUint32Array,
  uint8: (data) => types.isUint8Array(data) || types.isUint8ClampedArray(data),
};

const NUMBERS = ['float64', 'int32', 'int16', 'int8', 'uint32', 'uint8'];

/** The dtypes whose numbers a variable may take. A moment is no count, whatever its numbers are. */
const STORED: Readonly<Record<DType, readonly string[]>> = {
  float32: ['float32', 'bfloat16', ...NUMBERS],
  bfloat16: ['float32', 'bfloat16', ...NUMBERS],
  int64: ['int64', 'uint64', ...NUMBERS],
};

/** The numbers, decoded where they were written as text. */
function dataOf(argument: string, { dtype, data, isBare }: Given): unknown {
  if (typeof data !== 'string' || isBare) return data;
  if (dtype !== 'float32' && dtype !== 'bfloat16' && dtype !== 'int64') {
    throw wrongValue(`${argument}.dtype`, 'float32, bfloat16 or int64, where data is base64', dtype);
  }
  const decoded = fromBase64(data, dtype);
  if (decoded === undefined) throw wrongValue(`${argument}.data`, `base64 of elements of ${dtype}`, data);
  return decoded;
}

/** The dtype that was said, if the array is of that kind; or else the one of the array, if it has one. */
function dtypeOf(argument: string, { dtype }: Given, data: unknown): string | undefined {
  if (dtype === undefined) return Object.keys(ARRAYS).find((known) => ARRAYS[known](data));
  if (!Object.hasOwn(ARRAYS, dtype)) {
    throw wrongValue(`${argument}.dtype`, `one of ${Object.keys(ARRAYS).join(', ')}`, dtype);
  }
  if (isTypedArray(data) && !ARRAYS[dtype](data)) throw wrongType(`${argument}.data`, `an array of ${dtype}`, data);
  return dtype;
}

function fromTypedArray(argument: string, data: TypedArray, dtype: DType): Elements {
  if (isBigInt64Array(data) && dtype === 'int64') return copyOf(data);
  if (isFloat32Array(data) && dtype === 'float32') return copyOf(data);
  if (isUint16Array(data) && dtype === 'bfloat16') return copyOf(data);
  const length = lengthOf(data);
  // Of two kinds that hold moments, the wider one takes the other as it is.
  if (isUint16Array(data)) {
    const wide = new Float32Array(length);
    widen(data, 0, wide, length);
    return wide;
  }
  const store = storeOf(dtype, length);
  for (let i = 0; i < length; i++) store.put(data[i], i, () => `${argument}[${i}]`);
  return store.elements;
}

function fromNested(argument: string, data: unknown, destination: Destination): Elements {
  const isNumber = typeof data === 'number' || typeof data === 'bigint';
  if (!isNumber && !Array.isArray(data)) throw wrongType(argument, 'numbers', data);
  const store = storeOf(destination.dtype, sizeOf(destination.shape));
  visitNested(argument, data, destination.shape, store.put);
  return store.elements;
}

interface Store {
  readonly elements: Elements;
  /** Stores a number, if it is one that can be held exactly. */
  put(value: unknown, at: number, path: () => string): void;
}

function storeOf(dtype: DType, length: number): Store {
  if (dtype === 'int64') {
    const elements = new BigInt64Array(length);
    return {
      elements,
      put(value, at, path) {
        elements[at] = wholeNumber(value, path);
      },
    };
  }
  const isWide = dtype === 'float32';
  const elements = isWide ? new Float32Array(length) : new Uint16Array(length);
  return {
    elements,
    put(value, at, path) {
      if (typeof value !== 'number') throw wrongType(path(), 'a number', value);
      if (!Object.is(Math.fround(value), value))
        throw wrongValue(path(), 'a number that float32 holds exactly, as Math.fround gives it', value);
      elements[at] = isWide ? value : toBfloat16(value);
    },
  };
}

function wholeNumber(value: unknown, path: () => string): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw wrongType(path(), 'a whole number', value);
  const whole = typeof value === 'bigint' ? value : Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (whole === undefined || BigInt.asIntN(64, whole) !== whole) {
    throw wrongValue(path(), 'a whole number that int64 holds exactly', value);
  }
  return whole;
}
