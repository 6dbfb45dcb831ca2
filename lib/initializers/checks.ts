/** Ranges of initializers' arguments. What they make is float32, so that is where it must be finite. */
import type { Domain } from '../arguments/ranges.js';

const isFinite32 = (x: number) => Number.isFinite(Math.fround(x));

export const finite32: Domain = { text: 'a finite number (in float32)', contains: isFinite32 };
export const nonNegative32: Domain = {
  text: 'a finite number ≥ 0 (in float32)',
  contains: (x) => x >= 0 && isFinite32(x),
};
