import type { Random } from '../../shared/maths/random.js';
import type { Vocabulary } from '../text/vocabulary.js';

// Occurrences of words more frequent than this are thinned out ("Distributed representations", §2.3). Its authors
// took 1e-5 for corpora of 10^9 words; a single book has no words to give away, and 3e-4 touches 'the' and its like.
const FREQUENT = 3e-4;

/**
 * Turns passages into (centre, context) pairs: skip-grams after Mikolov et al., "Efficient estimation of word
 * representations in vector space" and "Distributed representations of words and phrases" (both 2013).
 */
export class SkipGrams {
  readonly #window: number;
  readonly #keepProbability: Float64Array;
  #kept = new Int32Array(0);

  /** @param window the farthest a context word may be from its centre, in words left after thinning */
  constructor(vocabulary: Vocabulary, window: number) {
    this.#window = window;
    const total = vocabulary.counts.reduce((sum, count) => sum + count, 0);
    this.#keepProbability = Float64Array.from(vocabulary.counts, (count) => Math.sqrt((FREQUENT * total) / count));
  }

  /**
   * Calls `use` with each pair of a passage. The window is drawn anew for each centre, which weighs near words more
   * than far ones.
   */
  forEachPair(passage: Int32Array, random: Random, use: (centre: number, context: number) => void): void {
    const words = this.#thin(passage, random);
    for (let i = 0; i < words.length; i++) {
      const reach = 1 + random.below(this.#window);
      const last = Math.min(words.length - 1, i + reach);
      for (let j = Math.max(0, i - reach); j <= last; j++) {
        if (j !== i) use(words[i], words[j]);
      }
    }
  }

  // Before windows are laid, so that a window reaches across the words left out.
  #thin(passage: Int32Array, random: Random): Int32Array {
    if (this.#kept.length < passage.length) this.#kept = new Int32Array(passage.length);
    let n = 0;
    for (const word of passage) {
      if (random.unit() < this.#keepProbability[word]) this.#kept[n++] = word;
    }
    return this.#kept.subarray(0, n);
  }
}
