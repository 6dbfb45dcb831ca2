import { type Argument, describe, rangeError, textOf, wrongType } from '../arguments/errors.js';
import { isFloat32Array, lengthOf } from '../memory/typed-arrays.js';
import { formatShape, type Shape, sizeOf } from './shape.js';

/** A number, or arrays of arrays of numbers: what Python calls a nested list. The innermost may be `Float32Array`s. */
export type Nested = number | readonly (Nested | Float32Array)[];

/** Called for each element, in row-major order; `path` says where it is. */
type Visit = (value: unknown, at: number, path: () => string) => void;

/**
 * The elements of a nested array, row-major, rounded to float32. It must have exactly the given shape, or be one flat
 * array of all elements.
 */
export function flatten(argument: Argument, nested: unknown, shape: Shape): Float32Array {
  const size = sizeOf(shape);
  const data = new Float32Array(size);
  if (Array.isArray(nested) && nested.length === size && copyNumbers(nested, data)) return data;
  visitNested(argument, nested, shape, (value, at, path) => {
    if (typeof value !== 'number') throw wrongType(path(), 'a number', value);
    data[at] = value;
  });
  return data;
}

/**
 * Copies a flat list, which takes much less time than the visit of a nested one. The answer says whether it is flat.
 */
function copyNumbers(list: readonly unknown[], data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) {
    const x = list[i];
    if (typeof x !== 'number') return false;
    data[i] = x;
  }
  return true;
}

/**
 * Visits the elements of a nested array, or of one flat array of all of them; each item is read once.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_SHAPE` unless it has the given shape, or is flat
 */
export function visitNested(argument: Argument, nested: unknown, shape: Shape, visit: Visit): void {
  let at = 0;
  const enter = (value: unknown, dimension: number, path: () => string): void => {
    if (dimension === shape.length) {
      visit(value, at++, path);
      return;
    }
    const isRow = dimension === shape.length - 1 && isFloat32Array(value);
    if (!isRow && !Array.isArray(value)) throw wrongType(path(), `an array of ${shape[dimension]}`, value);
    const items = itemsOf(value, (length) => length === shape[dimension]);
    if (items === undefined) {
      const expected = `${shape[dimension]} elements, for shape ${formatShape(shape)}`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${path()} must have ${expected}: received ${describe(value)}`);
    }
    // Names of elements are put together only for a message.
    for (let i = 0; i < items.length; i++) enter(items[i], dimension + 1, () => `${path()}[${i}]`);
  };
  const size = sizeOf(shape);
  const items = Array.isArray(nested) ? itemsOf(nested, (length) => length === size) : undefined;
  const isFlat = items !== undefined && !isList(items[0]);
  if (isFlat) for (let i = 0; i < items.length; i++) visit(items[i], i, () => `${textOf(argument)}[${i}]`);
  else enter(items ?? nested, 0, () => textOf(argument));
}

const isList = (value: unknown) => Array.isArray(value) || isFloat32Array(value);

/** What an array holds, if it is of a length that will do; each item is read once, also where there is a hole. */
function itemsOf(list: readonly unknown[] | Float32Array, willDo: (length: number) => boolean): unknown[] | undefined {
  const length = isFloat32Array(list) ? lengthOf(list) : list.length;
  if (!willDo(length)) return undefined;
  const items: unknown[] = new Array(length);
  for (let i = 0; i < length; i++) items[i] = list[i];
  return items;
}
