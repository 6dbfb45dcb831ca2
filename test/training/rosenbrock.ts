import type { Problem } from './train.js';

/** Descents side by side: enough to fill the widest vectors and leave a rest. */
const DESCENTS = 17;

/**
 * Rosenbrock's function (1 − x)² + 100·(y − x²)², from points between (−1.2, 1), where he began (The Computer Journal
 * 3, 1960), and (1.2, 1). At its only minimum, (1, 1), its condition number is 2,508.
 */
export const rosenbrock: Problem = {
  sizes: [DESCENTS, DESCENTS],
  start: Array.from({ length: 2 * DESCENTS }, (_, i) => (i < DESCENTS ? -1.2 + (2.4 * i) / (DESCENTS - 1) : 1)),
  steps: 20000,
  gradient(at, out) {
    for (let i = 0; i < DESCENTS; i++) {
      const x = at[i];
      const height = at[DESCENTS + i] - x * x;
      out[i] = -2 * (1 - x) - 400 * x * height;
      out[DESCENTS + i] = 200 * height;
    }
  },
};

export const rosenbrockMinimum: readonly number[] = new Array<number>(2 * DESCENTS).fill(1);
