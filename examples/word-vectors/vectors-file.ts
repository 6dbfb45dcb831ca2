import type { Vocabulary } from './text/vocabulary.js';

/**
 * Word vectors in the text format of word2vec, which every tool of the field reads: a line with the number of words
 * and of dimensions, then a line for each word. Numbers are the shortest that read back as the same float32.
 */
export function vectorsText({ words }: Vocabulary, vectors: Float32Array): string {
  const dim = vectors.length / words.length;
  const lines = words.map((word, row) => {
    const numbers = Array.from(vectors.subarray(row * dim, (row + 1) * dim), shortest);
    return `${word} ${numbers.join(' ')}`;
  });
  return `${words.length} ${dim}\n${lines.join('\n')}\n`;
}

// Nine significant digits always suffice for a float32, and most need eight. ECMAScript fixes every digit of
// toPrecision, and through Number and String go no more digits than a float64 keeps.
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}
