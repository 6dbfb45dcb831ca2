/**
 * α = lr / (1 − β₁ᵗ): the learning rate, corrected for a first moment that started at zero (Kingma & Ba 2014,
 * section 7). In float64; t is 1 at the first step.
 */
export function alphaOf(learningRate: number, beta1: number, t: number): number {
  return learningRate / (1 - power(beta1, t));
}

/** base^exponent by repeated squaring from the lowest bit, so that no engine's `Math.pow` decides a bit. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}
