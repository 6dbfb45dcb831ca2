/** Ranges of initializers' arguments. Initializers make float32, so arguments must be finite in float32. */
import type { Domain } from '../arguments/ranges.js';

const isFinite32 = (x: number) => Number.isFinite(Math.fround(x));

export const finite32: Domain = { text: 'a finite number (in float32)', contains: isFinite32 };
export const nonNegative32: Domain = {
  text: 'a finite number ≥ 0 (in float32)',
  contains: (x) => x >= 0 && isFinite32(x),
};
