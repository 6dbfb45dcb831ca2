import type { Problem } from './train.js';

const SIZE = 25;

/**
 * The quadratic ½·xᵀAx − x₁, where A has 2 on its diagonal and −1 beside it: the worst there is for methods of first
 * order (Nesterov, Introductory Lectures on Convex Optimization, 2004, section 2.1.2). The eigenvalues of A are
 * 2 − 2·cos(kπ/26), so that its condition number is 273, and its axes are those of no parameter.
 */
export const parabola: Problem = {
  sizes: [1, 7, 17],
  start: new Array<number>(SIZE).fill(0),
  steps: 2000,
  gradient(x, out) {
    for (let i = 0; i < SIZE; i++) {
      const left = i === 0 ? 1 : x[i - 1];
      const right = i === SIZE - 1 ? 0 : x[i + 1];
      out[i] = 2 * x[i] - left - right;
    }
  },
};

/** The minimum falls in a straight line from 1 before the first element to 0 behind the last. */
export const parabolaMinimum: readonly number[] = Array.from({ length: SIZE }, (_, i) => 1 - (i + 1) / (SIZE + 1));
