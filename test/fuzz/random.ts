/**
 * The fuzzer's own numbers: sfc32, seeded by a seed and a stream, so that each call of a world has a generator of its
 * own and draws the same when calls before it are dropped.
 */
export class Draw {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number, stream = 0) {
    this.#a = seed | 0;
    this.#b = Math.imul(stream + 1, 0x9e3779b9) | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    for (let i = 0; i < 12; i++) this.word();
  }

  /** In [0, 2³²). */
  word(): number {
    const sum = (this.#a + this.#b + this.#count++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.word() / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  chance(p: number): boolean {
    return this.unit() < p;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** One of the items, each as often as its weight says. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
    let rest = this.unit() * items.reduce((sum, { weight }) => sum + weight, 0);
    for (const item of items) {
      rest -= item.weight;
      if (rest < 0) return item;
    }
    return items[items.length - 1];
  }

  shuffled<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }

  /** About normal. */
  normal(): number {
    return (this.unit() + this.unit() + this.unit() + this.unit() - 2) * Math.sqrt(3);
  }

  /** Fills an array with numbers of an everyday size, or, rarely, with every special one of binary32 among them. */
  fill(array: Float32Array): void {
    const wild = this.chance(0.06);
    const scale = this.chance(0.2) ? 2 ** (this.below(60) - 40) : 1;
    for (let i = 0; i < array.length; i++) array[i] = this.normal() * scale;
    if (!wild) return;
    const specials = 1 + this.below(4);
    for (let k = 0; k < specials && array.length > 0; k++) array[this.below(array.length)] = this.pick(SPECIAL);
  }
}

const SPECIAL: readonly number[] = [
  0,
  -0,
  Infinity,
  -Infinity,
  Number.NaN,
  2 ** -149,
  -(2 ** -126),
  2 ** -102,
  -(2 ** -102),
  2 ** -102 - 2 ** -126,
  2 ** -101,
  1e-30,
  3.4028234663852886e38,
  -3.4028234663852886e38,
];
