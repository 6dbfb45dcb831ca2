import { wrongValue } from '../arguments/errors.js';
import { PIECE } from './sum-squares.js';

/** Elements [begin, end) of a variable: whole pieces, but for the last one of the variable. */
export interface Stretch {
  readonly begin: number;
  readonly end: number;
}

/**
 * Throws unless elements [begin, end) of a variable can be stepped by themselves.
 * @param size - elements of the variable
 * @param sparse - whether its gradient is sparse: then only the whole can be stepped
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function checkStretch(begin: number, end: number, size: number, sparse: boolean): void {
  // Of NaN, too, each comparison is false.
  const isWithin = begin >= 0 && begin <= end && end <= size;
  if (!(isWithin && begin % PIECE === 0 && (end % PIECE === 0 || end === size))) {
    const expected = `from a multiple of ${PIECE} to another, or to the end at ${size}`;
    throw wrongValue('stretch', expected, `${begin} to ${end}`);
  }
  if (sparse && !(begin === 0 && end === size)) {
    throw wrongValue('stretch', `all ${size} elements where the gradient is sparse`, `${begin} to ${end}`);
  }
}
