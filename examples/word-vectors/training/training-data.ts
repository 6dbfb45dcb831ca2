import type { Corpus } from '../text/corpus.js';
import { HeldOut } from './held-out.js';
import { Negatives } from './negatives.js';
import { SkipGrams } from './skip-grams.js';

const FEWEST_WORDS = 20;
const FEWEST_HELD_OUT_PAIRS = 20;

/** A corpus with all that draws examples from it. */
export interface TrainingData {
  readonly corpus: Corpus;
  readonly skipGrams: SkipGrams;
  readonly negatives: Negatives;
  readonly heldOut: HeldOut;
}

/** Makes a corpus ready for training, or returns `undefined` when it has too little to learn from or measure by. */
export function trainingDataOf(corpus: Corpus, window: number, negative: number): TrainingData | undefined {
  // Checked first: among a few words there may be none to draw as a negative.
  if (corpus.vocabulary.size < FEWEST_WORDS) return undefined;
  const skipGrams = new SkipGrams(corpus.vocabulary, window);
  const negatives = new Negatives(corpus.vocabulary);
  const heldOut = new HeldOut(corpus.heldOut, skipGrams, negatives, negative);
  return heldOut.pairs < FEWEST_HELD_OUT_PAIRS ? undefined : { corpus, skipGrams, negatives, heldOut };
}
