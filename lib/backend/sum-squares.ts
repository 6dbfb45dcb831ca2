/** Σ x² in the fixed shape that native/kernels/sum_squares-inl.h explains. */
import { lengthOf, newDoubles } from '../memory/typed-arrays.js';

/** float64 lanes of a reduction; element i of a block goes to lane i mod LANES. */
const LANES = 16;
/** Elements of a block; blocks are combined pairwise. */
const BLOCK = 4096;

/** Sums that may be open at a time: one for each binary digit of the number of blocks. */
const MOST_OPEN = 53;

/** Σ x² in float64. */
export function sumSquares(x: Float32Array): number {
  const open = newDoubles(MOST_OPEN);
  const length = lengthOf(x);
  let count = 0;
  for (let block = 0; block * BLOCK < length; block++) {
    const end = (block + 1) * BLOCK;
    let sum = blockSum(x, block * BLOCK, end < length ? end : length);
    // This is a binary counter: a carry joins two sums of equally many blocks, the earlier one on the left.
    for (let carry = block; carry % 2 === 1; carry = (carry - 1) / 2) sum = open[--count] + sum;
    open[count++] = sum;
  }
  let total = 0;
  while (count > 0) total = open[--count] + total;
  return total;
}

function blockSum(x: Float32Array, begin: number, end: number): number {
  const lanes = newDoubles(LANES);
  for (let i = begin; i < end; i++) lanes[(i - begin) % LANES] += x[i] * x[i];
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}
