import { checkFloat32Array, checkLength } from '../arguments/arrays.js';
import { wrongValue } from '../arguments/errors.js';
import { PIECE } from './sum-squares.js';

/** Elements [begin, end) of a variable: whole pieces, but for the last one of the variable. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/** A stretch that is stepped, and by what: null for its part of the gradient of the variable. */
export interface SteppedStretch extends Stretch {
  readonly gradient: Float32Array | null;
}

/** What messages call the gradient that a stretch is stepped by in place of that of the variable. */
export const OWN_GRADIENT = 'gradient of the stretch';

/**
 * Throws unless a stretch of a variable can be stepped by itself, and by its gradient.
 * @param size - elements of the variable
 * @param sparse - whether its gradient is sparse: then only the whole can be stepped, by that gradient
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`, `ERR_ADAMAX_LENGTH`; TypeError `ERR_ADAMAX_ARG_TYPE`,
 *   `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_DETACHED`
 */
export function checkStretch({ begin, end, gradient }: SteppedStretch, size: number, sparse: boolean): void {
  // Of NaN, too, each comparison is false.
  const isWithin = begin >= 0 && begin <= end && end <= size;
  if (!(isWithin && begin % PIECE === 0 && (end % PIECE === 0 || end === size))) {
    const expected = `from a multiple of ${PIECE} to another, or to the end at ${size}`;
    throw wrongValue('stretch', expected, `${begin} to ${end}`);
  }
  if (sparse && !(begin === 0 && end === size)) {
    throw wrongValue('stretch', `all ${size} elements where the gradient is sparse`, `${begin} to ${end}`);
  }
  if (gradient === null) return;
  if (sparse) throw wrongValue(OWN_GRADIENT, 'null where that of the variable is sparse', gradient);
  checkFloat32Array(OWN_GRADIENT, gradient);
  checkLength(OWN_GRADIENT, gradient, end - begin, 'the stretch');
}
