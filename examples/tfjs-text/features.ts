import { type Passage, WORDS } from './passages.js';

/** Rows that a passage looks up: one for each word, and one for each two words in a row. */
export const FEATURES = 2 * WORDS - 1;

/**
 * The rows of a passage. No vocabulary is needed: a hash spreads whatever words there are over the rows of the table,
 * as fastText does (Joulin et al. 2016), and in a large table few share one.
 */
export function featuresOf({ words }: Passage, rows: number): Int32Array {
  const single = words.map((word) => hash(word) % rows);
  const double = words.slice(1).map((word, i) => hash(`${words[i]} ${word}`) % rows);
  return Int32Array.from([...single, ...double]);
}

/** FNV-1a, of 32 bits. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) bits = Math.imul(bits ^ text.charCodeAt(i), 0x01000193);
  return bits >>> 0;
}
