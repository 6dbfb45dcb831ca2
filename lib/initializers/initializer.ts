import { rangeError } from '../arguments/errors.js';
import { checkShape, formatShape, type Shape, sizeOf } from '../variables/shape.js';

/** Makes the initial values of an array of a given shape, row-major. */
export type Initializer = (shape: Shape) => Float32Array;

/** An initializer of the caller's own. A number fills the array; a list has a value for each element. */
export type InitializerFunction = (shape: Shape) => ArrayLike<number> | number;

/** An initializer that checks the shape and makes the array; `fill` has only to write values. */
export function initializerOf(fill: (values: Float32Array, shape: Shape) => void): Initializer {
  return (shape) => {
    const checked = checkShape('shape', shape);
    const values = allocate(checked);
    fill(values, checked);
    return values;
  };
}

/** Zeros. @throws RangeError `ERR_ADAMAX_MEMORY` */
export function allocate(shape: Shape): Float32Array {
  try {
    return new Float32Array(sizeOf(shape));
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `shape must fit in memory: received ${formatShape(shape)}`);
  }
}
