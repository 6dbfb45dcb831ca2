import { expect } from 'chai';

/** Makes a Float32Array of these numbers. */
export const f32 = (...x: number[]) => Float32Array.from(x);

/** A seeded generator (Marsaglia's xorshift32): the same data in every run, so that a failure can be looked at. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** In [0, 2³²). */
  integer(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  below(n: number): number {
    return Math.floor((this.integer() / 2 ** 32) * n);
  }

  /** About normal: the sum of four uniforms. */
  normal(): number {
    let sum = -2;
    for (let i = 0; i < 4; i++) sum += this.integer() / 2 ** 32;
    return sum * Math.sqrt(3);
  }

  normals(n: number, scale = 1): Float32Array {
    return Float32Array.from({ length: n }, () => this.normal() * scale);
  }

  /** Numbers of all magnitudes, with every special one of binary32 among them. */
  wild(n: number): Float32Array {
    const x = this.normals(n);
    for (let i = 0; i < n; i++) {
      const kind = this.below(8);
      if (kind < 2) x[i] = SPECIAL[this.below(SPECIAL.length)];
      else if (kind < 4) x[i] *= 2 ** (this.below(250) - 125);
    }
    return x;
  }

  /** Wild, and never negative: what an infinity norm can be. */
  wildNorms(n: number): Float32Array {
    return this.wild(n).map((x) => (Object.is(x, -0) ? 0 : Math.abs(x)));
  }
}

export const SPECIAL: readonly number[] = [
  0,
  -0,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  -(2 ** -126),
  2 ** -126 - 2 ** -149,
  2 ** -102,
  -(2 ** -102),
  2 ** -102 - 2 ** -126,
  2 ** -101,
  1e-30,
  -1e-30,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1,
  -1,
];

/** The lengths every kernel is tried at: each tail of each vector width, and sizes beyond a block and a page. */
export const LENGTHS: readonly number[] = [...Array.from({ length: 68 }, (_, n) => n), 100, 1007, 4099, 70001];

/** A copy that begins `offset` elements into a larger buffer whose other elements are a canary. */
export function placed(data: Float32Array, offset: number): Float32Array {
  const buffer = new Float32Array(offset + data.length + 16).fill(CANARY);
  buffer.set(data, offset);
  return buffer.subarray(offset, offset + data.length);
}

const CANARY = 12345.678;

/** Throws when an element around a `placed` array has changed. */
export function expectCanaries(array: Float32Array): void {
  const all = new Float32Array(array.buffer);
  const begin = array.byteOffset / 4;
  for (let i = 0; i < all.length; i++) {
    if ((i < begin || i >= begin + array.length) && all[i] !== Math.fround(CANARY)) {
      expect.fail(`element ${i - begin} outside of an array of ${array.length} was written: ${all[i]}`);
    }
  }
}

/** Equal bits, NaN payloads exempt. */
export function expectSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  expect(actual.length, what).to.equal(expected.length);
  for (let i = 0; i < actual.length; i++) {
    if (!Object.is(actual[i], expected[i])) {
      expect.fail(`${what}[${i}] of ${actual.length}: expected ${expected[i]}, received ${actual[i]}`);
    }
  }
}
