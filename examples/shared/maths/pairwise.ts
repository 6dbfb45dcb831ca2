/**
 * Adds a power of two of parts up into the first, in pairs, pairs of pairs, and so on: the order in which replicas are
 * summed, so that it does not matter how many of the parts each of them had.
 */
export function addInPairs(parts: readonly (readonly Float32Array[])[]): void {
  for (let apart = 1; apart < parts.length; apart *= 2) {
    for (let i = 0; i < parts.length; i += 2 * apart) {
      parts[i].forEach((sum, k) => {
        const other = parts[i + apart][k];
        for (let at = 0; at < sum.length; at++) sum[at] += other[at];
      });
    }
  }
}
