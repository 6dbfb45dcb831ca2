/** Σ x² in the fixed shape that native/kernels/sum_squares-inl.h explains. */

/** float64 lanes of a reduction; element i of a block goes to lane i mod LANES. */
const LANES = 16;
/** Elements of a block; blocks are combined pairwise. */
const BLOCK = 4096;

/** Σ x² in float64. */
export function sumSquares(x: Float32Array): number {
  const partial: number[] = [];
  const blocks = Math.ceil(x.length / BLOCK);
  for (let block = 0; block < blocks; block++) {
    let sum = blockSum(x, block * BLOCK, Math.min(x.length, (block + 1) * BLOCK));
    // This is a binary counter: a carry joins two sums of equally many blocks, the earlier one on the left.
    for (let carry = block; carry % 2 === 1; carry = (carry - 1) / 2) sum = (partial.pop() as number) + sum;
    partial.push(sum);
  }
  return partial.reduceRight((right, left) => left + right, 0);
}

function blockSum(x: Float32Array, begin: number, end: number): number {
  const lanes = new Float64Array(LANES);
  for (let i = begin; i < end; i++) lanes[(i - begin) % LANES] += x[i] * x[i];
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}
