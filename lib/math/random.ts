import { normalQuantile } from './normal-quantile.js';
import { philox } from './philox.js';

/** What a sequence is for. Sequences of one seed for different purposes have nothing in common. */
export type Purpose = keyof typeof PURPOSES;

const PURPOSES = { values: 0, schedule: 1 } as const;

/** A sequence of random numbers: the same bits for the same seed, on every machine. */
export class Random {
  readonly #key0: number;
  readonly #key1: number;
  readonly #purpose: number;
  readonly #words = new Uint32Array(4);
  #block: number;
  #used = 4;

  /**
   * @param seed - a safe integer; null draws one
   * @param begin - the place in the sequence to begin at, counted in blocks of four words
   */
  constructor(seed: number | null, purpose: Purpose = 'values', begin = 0) {
    const known = seed ?? Math.floor(Math.random() * 2 ** 53);
    this.#key0 = known >>> 0;
    this.#key1 = Math.floor(known / 2 ** 32) >>> 0;
    this.#purpose = PURPOSES[purpose];
    this.#block = begin;
  }

  /** 32 random bits, in [0, 2³²). */
  word(): number {
    if (this.#used === 4) {
      const words = this.#words;
      words[0] = this.#block;
      words[1] = Math.floor(this.#block / 2 ** 32);
      words[2] = 0;
      words[3] = this.#purpose;
      philox(words, this.#key0, this.#key1);
      this.#block++;
      this.#used = 0;
    }
    return this.#words[this.#used++];
  }

  /** Uniform on the multiples of 2⁻²⁴ in [0, 1): each is a float32. */
  uniform(): number {
    return (this.word() >>> 8) * 2 ** -24;
  }

  /** Standard normal, up to ±8.2: the quantile of the middle of one of 2⁵² equal parts of (0, 1). */
  normal(): number {
    const high = this.word() >>> 6;
    const low = this.word() >>> 6;
    return normalQuantile((high * 2 ** 26 + low + 0.5) * 2 ** -52);
  }

  /** Standard normal, drawn again until it lies within two standard deviations. */
  truncatedNormal(): number {
    for (;;) {
      const x = this.normal();
      if (Math.abs(x) <= 2) return x;
    }
  }
}
