/**
 * The order in which replicas are summed: a tree of fixed shape, so that the bits of a sum do not depend on how replicas
 * are spread over processes. Neighbours are joined in pairs, pairs in pairs, and so on, the earlier on the left; what is
 * left over is joined from right to left. It is the order in which sums of squares are joined, too.
 *
 * Whoever sums a power of two of neighbouring parts before by the same tree has summed a whole subtree. C++ twin:
 * native/mpi/pairwise.h.
 */

/** `to` gets the sum of `parts`, element by element, from `begin` up to `end`. `to` may be one of them. */
export function addPairwise(parts: readonly Float32Array[], to: Float32Array, begin: number, end: number): void {
  const { fround } = Math;
  const open = new Float32Array(Math.ceil(Math.log2(parts.length + 1)) + 1);
  for (let i = begin; i < end; i++) {
    let count = 0;
    for (let part = 0; part < parts.length; part++) {
      let sum = parts[part][i];
      for (let carry = part; carry % 2 === 1; carry = (carry - 1) / 2) sum = fround(open[--count] + sum);
      open[count++] = sum;
    }
    let total = open[--count];
    while (count > 0) total = fround(open[--count] + total);
    to[i] = total;
  }
}
