import { describe, rangeError, wrongType } from '../arguments/errors.js';
import { formatShape, type Shape, sizeOf } from './shape.js';

/** A number, or arrays of arrays of numbers: what Python calls a nested list. */
export type Nested = number | readonly Nested[];

/**
 * The elements of a nested array, row-major, rounded to float32. It must have exactly the given shape, or be one flat
 * array of all elements.
 */
export function flatten(argument: string, nested: unknown, shape: Shape): Float32Array {
  const size = sizeOf(shape);
  const flat = Array.isArray(nested) && nested.length === size && isFlat(nested);
  const data = new Float32Array(size);
  if (flat) {
    data.set(nested as number[]);
    return data;
  }
  let at = 0;
  const fill = (value: unknown, dimension: number, path: string): void => {
    if (dimension === shape.length) {
      if (typeof value !== 'number') throw wrongType(path, 'a number', value);
      data[at++] = value;
      return;
    }
    if (!Array.isArray(value)) throw wrongType(path, `an array of ${shape[dimension]}`, value);
    if (value.length !== shape[dimension]) {
      const expected = `${shape[dimension]} elements, for shape ${formatShape(shape)}`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${path} must have ${expected}: received ${describe(value)}`);
    }
    // By number: the methods of arrays pass over holes.
    for (let i = 0; i < value.length; i++) fill(value[i], dimension + 1, `${path}[${i}]`);
  };
  fill(nested, 0, argument);
  return data;
}

function isFlat(list: readonly unknown[]): list is readonly number[] {
  for (let i = 0; i < list.length; i++) if (typeof list[i] !== 'number') return false;
  return true;
}
