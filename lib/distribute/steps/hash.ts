/** 53 bits that stand for a list of numbers, small enough to be compared as one number. It is no defence against forgery. */
export class Hash {
  #a = 0x2545f491;
  #b = 0x6c8e9cf5;

  /** @param value - any float64, by its bits, but every NaN alike */
  add(value: number): this {
    scratch[0] = Number.isNaN(value) ? Number.NaN : value;
    return this.#mix(words[0]).#mix(words[1]);
  }

  /** @param word - a whole number of 32 bits, which costs less than any number */
  addWord(word: number): this {
    return this.#mix(word);
  }

  addText(text: string): this {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
    return this.#mix(text.length);
  }

  get value(): number {
    const [a, b] = [scrambled(this.#a ^ (this.#b >>> 7)), scrambled(this.#b ^ (this.#a >>> 9))];
    return (a & 0x1fffff) * 2 ** 32 + b;
  }

  // Each of the two steps can be undone, so that a changed word always changes both.
  #mix(word: number): this {
    this.#a = imul(this.#a ^ word, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = imul((this.#b + word) | 0, 0x85ebca77);
    this.#b ^= this.#b >>> 13;
    return this;
  }
}

/** What stands for a list. @param into - adds one item to a hash */
export function hashOf<T>(list: readonly T[], into: (hash: Hash, item: T) => void): number {
  const hash = new Hash();
  for (const item of list) into(hash, item);
  return hash.value;
}

const { imul } = Math;
const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);

function scrambled(word: number): number {
  let h = imul(word ^ (word >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
