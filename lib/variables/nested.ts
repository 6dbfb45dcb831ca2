import { describe, rangeError, wrongType } from '../arguments/errors.js';
import { formatShape, type Shape, sizeOf } from './shape.js';

/** A number, or arrays of arrays of numbers: what Python calls a nested list. */
export type Nested = number | readonly Nested[];

/** Called for each element, in row-major order; `path` says where it is. */
type Visit = (value: unknown, at: number, path: () => string) => void;

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
  visitNested(argument, nested, shape, (value, at, path) => {
    if (typeof value !== 'number') throw wrongType(path(), 'a number', value);
    data[at] = value;
  });
  return data;
}

/**
 * Visits the elements of a nested array, each read once.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_SHAPE` unless it has exactly the given shape
 */
export function visitNested(argument: string, nested: unknown, shape: Shape, visit: Visit): void {
  let at = 0;
  const enter = (value: unknown, dimension: number, path: () => string): void => {
    if (dimension === shape.length) {
      visit(value, at++, path);
      return;
    }
    if (!Array.isArray(value)) throw wrongType(path(), `an array of ${shape[dimension]}`, value);
    if (value.length !== shape[dimension]) {
      const expected = `${shape[dimension]} elements, for shape ${formatShape(shape)}`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${path()} must have ${expected}: received ${describe(value)}`);
    }
    // By number: the methods of arrays pass over holes. Names of elements are put together only for a message.
    for (let i = 0; i < shape[dimension]; i++) enter(value[i], dimension + 1, () => `${path()}[${i}]`);
  };
  enter(nested, 0, () => argument);
}

function isFlat(list: readonly unknown[]): list is readonly number[] {
  for (let i = 0; i < list.length; i++) if (typeof list[i] !== 'number') return false;
  return true;
}
