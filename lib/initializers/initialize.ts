import { rangeError, wrongType } from '../arguments/errors.js';
import { isBigInt64Array, isBigUint64Array, isTypedArray, lengthOf } from '../memory/typed-arrays.js';
import { checkShape, formatShape, type Shape, sizeOf } from '../variables/shape.js';
import { resolve } from './get.js';
import { allocate, type InitializerFunction } from './initializer.js';

/** Whatever says how an array begins: an initializer in any form that `get` takes, or the initial values themselves. */
export type InitializerLike = string | object | InitializerFunction | ArrayLike<number> | number;

const ACCEPTED = 'the name of an initializer, { class_name, config }, a function, a number or an array of numbers';

/**
 * A new array of initial values, which nobody else holds.
 *
 * A function may be a user's: what it returns is checked for its kind and its length, and copied. Its values are not
 * looked at; a state may well begin at infinity.
 *
 * @param argument - what messages call `identifier`
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`, `ERR_ADAMAX_CONFIG`, `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_SHAPE`,
 *   `ERR_ADAMAX_MEMORY`
 */
export function initialize(argument: string, identifier: unknown, shape: Shape): Float32Array {
  const checked = checkShape('shape', shape);
  if (isValues(identifier)) return copyOf(argument, identifier, checked);
  const values = resolve(argument, identifier, ACCEPTED)(checked);
  if (typeof identifier !== 'function') return values as Float32Array;
  if (isValues(values)) return copyOf(`${argument}()`, values, checked);
  throw wrongType(`${argument}()`, 'a Float32Array, an array of numbers or a number', values);
}

function isValues(value: unknown): value is ArrayLike<number> | number {
  return typeof value === 'number' || Array.isArray(value) || isTypedArrayOfNumbers(value);
}

function isTypedArrayOfNumbers(value: unknown): value is Float32Array {
  return isTypedArray(value) && !isBigInt64Array(value) && !isBigUint64Array(value);
}

function copyOf(argument: string, values: ArrayLike<number> | number, shape: Shape): Float32Array {
  const copy = allocate(shape);
  if (typeof values === 'number') return copy.fill(values);
  const length = isTypedArrayOfNumbers(values) ? lengthOf(values) : values.length;
  if (length !== sizeOf(shape)) {
    const expected = `${sizeOf(shape)} elements for shape ${formatShape(shape)}`;
    throw rangeError('ERR_ADAMAX_LENGTH', `${argument} must have ${expected}: received ${length}`);
  }
  if (isTypedArrayOfNumbers(values)) {
    copy.set(values);
    return copy;
  }
  for (let i = 0; i < length; i++) {
    const value: unknown = values[i];
    if (typeof value !== 'number') throw wrongType(`${argument}[${i}]`, 'a number', value);
    copy[i] = value;
  }
  return copy;
}
