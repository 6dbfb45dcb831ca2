import { Vocabulary } from './vocabulary.js';
import { paragraphsOf, wordsOf } from './words.js';

const MIN_COUNT = 5;
const HELD_OUT_EVERY = 20;
// A text on one line is a text too: it is cut so that there is something to hold out.
const LONGEST_PASSAGE = 200;

/** A text made ready for training: passages of word ids, one in twenty of them kept away from training. */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  readonly training: readonly Int32Array[];
  readonly heldOut: readonly Int32Array[];
  /** How often a word occurs in the training text that it gets a vector. */
  readonly minCount: number;
  /** Words of the whole text, with a vector or not. */
  readonly wordCount: number;
  /** Words of `training` that have a vector. */
  readonly trainingWords: number;
}

/** Splits a text into passages and holds out every twentieth; the vocabulary knows the training part alone. */
export function corpusOf(text: string): Corpus {
  const passages = paragraphsOf(text).flatMap((paragraph) => cut(wordsOf(paragraph)));
  const isHeldOut = (_: unknown, i: number): boolean => i % HELD_OUT_EVERY === HELD_OUT_EVERY / 2;
  const trainingPassages = passages.filter((passage, i) => !isHeldOut(passage, i));
  const vocabulary = new Vocabulary(trainingPassages, MIN_COUNT);
  const encode = (passage: readonly string[]): Int32Array => vocabulary.encode(passage);
  const training = trainingPassages.map(encode);
  return {
    vocabulary,
    minCount: MIN_COUNT,
    training,
    heldOut: passages.filter(isHeldOut).map(encode),
    wordCount: total(passages),
    trainingWords: total(training),
  };
}

function cut(words: readonly string[]): (readonly string[])[] {
  const passages = [];
  for (let i = 0; i < words.length; i += LONGEST_PASSAGE) passages.push(words.slice(i, i + LONGEST_PASSAGE));
  return passages;
}

function total(passages: readonly ArrayLike<unknown>[]): number {
  return passages.reduce((sum, passage) => sum + passage.length, 0);
}
