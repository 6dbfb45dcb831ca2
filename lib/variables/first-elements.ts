import { plain } from '../arguments/inspection.js';
import { fromBfloat16 } from '../math/bfloat16.js';
import type { TypedArray } from '../memory/node-util.js';
import { isUint16Array, lengthOf } from '../memory/typed-arrays.js';

/** Elements of an array that are shown. */
const SHOWN = 6;

/**
 * The first elements of an array and how many there are besides, for people who look at it; bfloat16 as numbers.
 * @param size - how many elements there were at first: none are left when the memory has gone
 */
export function firstOf(array: TypedArray, size: number): unknown {
  if (lengthOf(array) !== size) return plain('[detached]');
  const first: unknown[] = [];
  for (let i = 0; i < Math.min(size, SHOWN); i++) {
    first.push(isUint16Array(array) ? fromBfloat16(array[i]) : array[i]);
  }
  if (size > SHOWN) first.push(plain(`... ${size - SHOWN} more`));
  return first;
}
