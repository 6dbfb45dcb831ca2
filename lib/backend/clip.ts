import type { Clipping } from './backend.js';
import { sumSquares } from './sum-squares.js';

const { fround, sqrt } = Math;

/**
 * What one gradient goes through on its way into a rule: g · factor, then between −bound and bound.
 * The fallback's twin of `Clip` in native/kernels/table.h.
 */
export class Clip {
  readonly #factor: number;
  readonly #bound: number;

  private constructor(factor: number, bound: number) {
    this.#factor = fround(factor);
    this.#bound = fround(bound);
  }

  /**
   * The clip of a gradient, or null when it stays as it is.
   * @param known - its norm, where somebody else knows it; else the gradient is read once if it is clipped by norm
   */
  static of(gradient: Float32Array, { norm, value }: Clipping, known: number | undefined): Clip | null {
    const factor = norm < Infinity ? factorOf(known ?? sqrt(sumSquares(gradient)), norm) : 1;
    return factor === 1 && value === Infinity ? null : new Clip(factor, value);
  }

  /** NaN passes through: both comparisons with it are false. */
  take(g: number): number {
    const scaled = fround(g * this.#factor);
    const below = this.#bound < scaled ? this.#bound : scaled;
    return -this.#bound > below ? -this.#bound : below;
  }
}

/** NaN for NaN, 0 for an infinite norm, and 1 where nothing is to be done, so that a short gradient keeps its bits. */
function factorOf(norm: number, clipnorm: number): number {
  return norm <= clipnorm ? 1 : clipnorm / norm;
}
