import { rangeError, wrongType } from '../arguments/errors.js';
import { isTypedArray } from '../memory/typed-arrays.js';
import { formatShape } from '../variables/shape.js';

/** Tensors of TensorFlow.js have no more dimensions. */
const DEEPEST = 6;

/** Numbers, row-major, and the shape in which they were nested. */
export interface NestedNumbers {
  readonly values: readonly number[];
  readonly shape: readonly number[];
}

/**
 * Reads a number, a typed array, or arrays of all that. `tf.tensor` would take booleans, texts and holes for numbers as well,
 * and go into an array without end that contains itself.
 * @param expected - what messages say that the argument must be
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_SHAPE` for arrays of lengths that differ, or nested too deep
 */
export function nestedNumbers(argument: string, given: unknown, expected: string): NestedNumbers {
  if (typeof given !== 'number' && !isItems(given)) throw wrongType(argument, expected, given);
  const shape = shapeOf(argument, given);
  const values: number[] = [];
  const place: number[] = [];
  const path = () => argument + place.map((at) => `[${at}]`).join('');
  const visit = (value: unknown): void => {
    if (place.length === shape.length) {
      if (typeof value !== 'number') throw wrongType(path, 'a number', value);
      values.push(value);
      return;
    }
    const length = shape[place.length];
    const items = isItems(value) ? value : undefined;
    if (items?.length !== length) {
      const must = `${path()} must have ${length} elements, for shape ${formatShape(shape)}`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${must}: received ${items?.length ?? 'none'}`);
    }
    const at = place.push(0) - 1;
    for (let i = 0; i < length; i++) {
      place[at] = i;
      visit(items[i]);
    }
    place.pop();
  };
  visit(given);
  return { values, shape };
}

/** The lengths of the first array of each depth. */
function shapeOf(argument: string, given: unknown): number[] {
  const shape: number[] = [];
  for (let at = given; isItems(at); at = at[0]) {
    if (shape.length === DEEPEST) {
      const expected = `${argument} must be nested at most ${DEEPEST} deep`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received an array that is deeper`);
    }
    shape.push(at.length);
  }
  return shape;
}

function isItems(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || isTypedArray(value);
}
