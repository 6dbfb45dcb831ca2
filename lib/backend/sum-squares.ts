/** Σ x² in the fixed shape that native/kernels/sum_squares-inl.h explains. */
import { lengthOf, newDoubles } from '../memory/typed-arrays.js';

/** float64 lanes of a reduction; element i of a block goes to lane i mod LANES. */
const LANES = 16;
/** Elements of a block; blocks are combined pairwise. */
const BLOCK = 4096;

/**
 * Elements of a piece: variables are sharded at multiples of it. It is a power of two of blocks, so that the sum of a
 * piece is a whole subtree of the sum over its array, and `joinSums` of the pieces has the bits of the whole.
 */
export const PIECE: number = 16 * BLOCK;

/** Sums that may be open at a time: one for each binary digit of the number of blocks. */
const MOST_OPEN = 53;

/**
 * Joins sums as they come: in pairs, pairs in pairs, the earlier on the left, what is left over from right to left. Each
 * sum must be over equally many blocks, a power of two; only the last may be over fewer.
 */
class PairwiseSum {
  readonly #open = newDoubles(MOST_OPEN);
  #depth = 0;
  #count = 0;

  add(sum: number): void {
    const open = this.#open;
    let joined = sum;
    // This is a binary counter: a carry joins two sums of equally many blocks, the earlier one on the left.
    for (let carry = this.#count; carry % 2 === 1; carry = (carry - 1) / 2) joined = open[--this.#depth] + joined;
    open[this.#depth++] = joined;
    this.#count++;
  }

  get total(): number {
    let total = 0;
    for (let k = this.#depth; k > 0; k--) total = this.#open[k - 1] + total;
    return total;
  }
}

/** Σ x² in float64. */
export function sumSquares(x: Float32Array): number {
  const sum = new PairwiseSum();
  const length = lengthOf(x);
  for (let begin = 0; begin < length; begin += BLOCK) {
    const end = begin + BLOCK;
    sum.add(blockSum(x, begin, end < length ? end : length));
  }
  return sum.total;
}

/**
 * The sum of squares of an array, to the bit, from those of its pieces.
 * @param sums - Σ x² of elements 0 to PIECE, PIECE to 2 · PIECE and so on; the last piece may be shorter
 */
export function joinSums(sums: ArrayLike<number>): number {
  const sum = new PairwiseSum();
  for (let i = 0; i < sums.length; i++) sum.add(sums[i]);
  return sum.total;
}

function blockSum(x: Float32Array, begin: number, end: number): number {
  const lanes = newDoubles(LANES);
  for (let i = begin; i < end; i++) lanes[(i - begin) % LANES] += x[i] * x[i];
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}
