import { Random } from '../../shared/maths/random.js';
import type { SkipGramModel } from './model.js';
import type { Negatives } from './negatives.js';
import type { SkipGrams } from './skip-grams.js';

// Not the user's seed: figures of different seeds are only comparable on the same pairs.
const SEED = 1851;

/** Pairs and negatives of the text kept from training, drawn once: what a model is measured by. */
export class HeldOut {
  readonly #centres: number[] = [];
  readonly #targets: Int32Array[] = [];

  constructor(passages: readonly Int32Array[], skipGrams: SkipGrams, negatives: Negatives, negative: number) {
    const random = new Random(SEED);
    for (const passage of passages) {
      skipGrams.forEachPair(passage, random, (centre, context) => {
        const targets = new Int32Array(1 + negative);
        targets[0] = context;
        negatives.fill(targets, random);
        this.#centres.push(centre);
        this.#targets.push(targets);
      });
    }
  }

  get pairs(): number {
    return this.#centres.length;
  }

  /** Mean loss of a pair. */
  loss(model: SkipGramModel): number {
    let sum = 0;
    for (let i = 0; i < this.#centres.length; i++) sum += model.loss(this.#centres[i], this.#targets[i]);
    return sum / this.#centres.length;
  }
}
