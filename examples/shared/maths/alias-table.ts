import type { Random } from './random.js';

/**
 * Draws from any discrete distribution in constant time: the alias method (Walker, "An efficient method for generating
 * discrete random variables with general distributions", 1977; built as in Vose 1991). word2vec.c instead samples a
 * table of 10^8 cells, which only approximates the distribution and does not fit a cache.
 */
export class AliasTable {
  readonly #threshold: Float64Array;
  readonly #alias: Int32Array;

  /** @param weights non-negative, not all zero; they need not sum to one */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let total = 0;
    for (let i = 0; i < n; i++) total += weights[i];
    this.#threshold = new Float64Array(n);
    this.#alias = new Int32Array(n);
    const poor: number[] = [];
    const rich: number[] = [];
    for (let i = 0; i < n; i++) {
      this.#threshold[i] = (weights[i] / total) * n;
      (this.#threshold[i] < 1 ? poor : rich).push(i);
    }
    while (poor.length > 0 && rich.length > 0) {
      const from = poor.pop() as number;
      const to = rich[rich.length - 1];
      this.#alias[from] = to;
      this.#threshold[to] -= 1 - this.#threshold[from];
      if (this.#threshold[to] < 1) poor.push(rich.pop() as number);
    }
    // What rounding left over is 1 up to its last bits.
    for (const i of [...poor, ...rich]) this.#threshold[i] = 1;
  }

  draw(random: Random): number {
    const cell = random.below(this.#threshold.length);
    return random.unit() < this.#threshold[cell] ? cell : this.#alias[cell];
  }
}
