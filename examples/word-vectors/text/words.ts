// Scripts written without spaces: there a letter (with its marks) stands in for a word.
const UNSPACED = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}';
const SPACED_RUN = `(?:(?![${UNSPACED}])\\p{L}\\p{M}*)+`;
const WORD = new RegExp(`[${UNSPACED}]\\p{M}*|${SPACED_RUN}(?:'${SPACED_RUN})*`, 'gu');

const APOSTROPHES = /[’ʼ＇]/gu;

/** The words of a text in order: runs of letters, lower-cased, with the apostrophes inside them (`don't`). */
export function wordsOf(text: string): string[] {
  return text.normalize('NFC').replace(APOSTROPHES, "'").toLowerCase().match(WORD) ?? [];
}

/** Paragraphs are what blank lines separate; a word's company is looked for within its paragraph only. */
export function paragraphsOf(text: string): string[] {
  return text.split(/\r?\n[^\S\n]*\r?\n/u).filter((paragraph) => /\p{L}/u.test(paragraph));
}
