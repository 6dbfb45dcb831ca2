import { lengthOf, newFloats, partOf } from '../memory/typed-arrays.js';

/** Up to this size a copy costs less than binding an array by its address: 20 to 60 ns against 80 and more. */
const LARGEST = 512;

/** Floats of a chunk, and of a cache line. */
const CHUNK = 16384;
const LINE = 16;

const { ceil } = Math;

/**
 * Memory for copies of small gradients, one after another, so that a step reads it from one end to the other. Nobody
 * else can reach it, so that it stays whole.
 */
export class Staging {
  #chunk = newFloats(0);
  #used = 0;

  /** Whether gradients of so many floats are better copied than bound. */
  static fits(size: number): boolean {
    return size > 0 && size <= LARGEST;
  }

  allocate(size: number): Float32Array {
    if (this.#used + size > lengthOf(this.#chunk)) {
      this.#chunk = newFloats(CHUNK);
      this.#used = 0;
    }
    const stage = partOf(this.#chunk, this.#used, size);
    this.#used += ceil(size / LINE) * LINE;
    return stage;
  }
}
