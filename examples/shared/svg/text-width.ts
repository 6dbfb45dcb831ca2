// Advance widths of Helvetica in thousandths of the font size (Adobe's core metrics), which Arial and its free
// relatives share. Nobody knows the reader's font; this is near enough to keep labels apart.
const WIDTHS: Readonly<Record<string, number>> = {
  ...spread('ijl', 222),
  ...spread("'", 191),
  ...spread(' ft.,:;/I!', 278),
  ...spread('r()-', 333),
  ...spread('ckvsxyzJ', 500),
  ...spread('w', 722),
  ...spread('m', 833),
  ...spread('M', 833),
  ...spread('W', 944),
  ...spread('ABEKPSVXY&', 667),
  ...spread('FTZ', 611),
  ...spread('CDHNRU', 722),
  ...spread('GOQ', 778),
};
const ORDINARY = 556;
const WIDE = /\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Hangul}/u;

/** How wide a text will be, about. */
export function textWidth(text: string, fontSize: number): number {
  let sum = 0;
  for (const character of text) sum += WIDTHS[character] ?? (WIDE.test(character) ? 1000 : ORDINARY);
  return (sum * fontSize) / 1000;
}

function spread(characters: string, width: number): Record<string, number> {
  return Object.fromEntries([...characters].map((character) => [character, width]));
}
