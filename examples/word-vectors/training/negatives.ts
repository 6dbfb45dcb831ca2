import { AliasTable } from '../../shared/maths/alias-table.js';
import type { Random } from '../../shared/maths/random.js';
import type { Vocabulary } from '../text/vocabulary.js';

/**
 * Draws the words a centre is told apart from: by the unigram distribution to the power 3/4, which Mikolov et al.
 * ("Distributed representations of words and phrases", 2013, §2.2) found better than either extreme.
 */
export class Negatives {
  readonly #table: AliasTable;

  constructor({ counts }: Vocabulary) {
    // x^(3/4) from square roots: IEEE 754 fixes their every bit, nobody fixes those of a power.
    this.#table = new AliasTable(Float64Array.from(counts, (count) => Math.sqrt(count) * Math.sqrt(Math.sqrt(count))));
  }

  /** Fills all but the first of `targets` with words other than the first, the true context. */
  fill(targets: Int32Array, random: Random): void {
    const context = targets[0];
    for (let k = 1; k < targets.length; k++) {
      let word = this.#table.draw(random);
      while (word === context) word = this.#table.draw(random);
      targets[k] = word;
    }
  }
}
