/** Seeded randomness: every run of the bench sees the same numbers, the same rows and the same orders. */

/** Numbers in [0, 1): mulberry32, which is fast and good enough to scatter rows. */
export type Random = () => number;

export function generator(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher and Yates, in place. */
export function shuffle(list: number[], random: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [list[i], list[j]] = [list[j], list[i]];
  }
}

/** `count` different whole numbers below `bound`. */
export function distinct(count: number, bound: number, random: Random): Int32Array {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(Math.floor(random() * bound));
  return Int32Array.from(chosen);
}
