import { wrongValue } from '../arguments/errors.js';
import { finiteFloat32 } from '../arguments/ranges.js';
import { power } from '../math/power.js';

/** A power below this changes nothing: it lies far below the 2⁻⁵⁴ from which on 1 − x rounds to 1. */
const NEGLIGIBLE = 2 ** -60;

/**
 * α = lr / (1 − β₁ᵗ): the learning rate, corrected for a first moment that started at zero (Kingma & Ba 2014,
 * section 7). In float64; t is 1 at the first step.
 */
export function alphaOf(learningRate: number, beta1: number, t: number): number {
  return learningRate / (1 - power(beta1, t));
}

/**
 * Throws where α, which is more than the learning rate, is too much for float32.
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function checkAlpha(alpha: number, t: number): void {
  if (!finiteFloat32.contains(alpha)) throw wrongValue(`learningRate / (1 − beta1^${t})`, finiteFloat32.text, alpha);
}

/** `alphaOf` for a sequence of steps: from some step on the correction is 1, and then nothing is left to compute. */
export class BiasCorrection {
  #beta1 = Number.NaN;
  #settled = Infinity;

  alpha(learningRate: number, beta1: number, t: number): number {
    if (beta1 !== this.#beta1) {
      this.#beta1 = beta1;
      this.#settled = Infinity;
    }
    if (t >= this.#settled) return learningRate;
    const fading = power(beta1, t);
    if (fading < NEGLIGIBLE) this.#settled = t;
    return learningRate / (1 - fading);
  }
}
