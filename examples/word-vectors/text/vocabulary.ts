/** The words that get a vector, most frequent first, with how often each occurs in the training text. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly counts: Int32Array;
  readonly #ids: ReadonlyMap<string, number>;

  /** @param minCount rarer words are left out: a handful of contexts cannot place a word among thousands */
  constructor(text: Iterable<readonly string[]>, minCount: number) {
    const tally = new Map<string, number>();
    for (const words of text) {
      for (const word of words) tally.set(word, (tally.get(word) ?? 0) + 1);
    }
    // By code unit on equal counts: a locale's collation may differ from machine to machine.
    const kept = [...tally]
      .filter(([, count]) => count >= minCount)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    this.words = kept.map(([word]) => word);
    this.counts = Int32Array.from(kept, ([, count]) => count);
    this.#ids = new Map(this.words.map((word, id) => [word, id]));
  }

  get size(): number {
    return this.words.length;
  }

  /** The row of a word in the tables, or `undefined` when it has none. */
  idOf(word: string): number | undefined {
    return this.#ids.get(word);
  }

  /** Rows of the words of a passage; words without a vector are dropped before windows are laid, as word2vec does. */
  encode(words: readonly string[]): Int32Array {
    const ids = new Int32Array(words.length);
    let n = 0;
    for (const word of words) {
      const id = this.#ids.get(word);
      if (id !== undefined) ids[n++] = id;
    }
    return ids.slice(0, n);
  }
}
