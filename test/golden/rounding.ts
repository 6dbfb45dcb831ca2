/**
 * How far two float32 runs of Adamax may be apart, by an error analysis that goes along with the run: per element it
 * keeps a bound for m, for v (u below) and for p, and adds at each step what the roundings of that step can have done.
 * Nothing in it is measured. η = 2⁻²⁴ is half a unit in the last place of 1: an operation errs by at most η·|result|.
 *
 * Ours (CONTRIBUTING.md)                    The original (TensorFlow)
 *     w = fl(1 − β₁)                            β = fl(β₁), w = 1 − β, exactly
 *     m' = m + (g − m)·w                        the same, or m·β + g·w where gradients are rows
 *     u' = max(u·β₂, |g|)                       the same
 *     α = fl(lr/(1 − β₁ᵗ))                      α = fl(lr)/(1 − powf(β, t)), each operation rounded
 *     p' = p − α·(m'/(u' + ε))                  the same, or p − (lr·m')/((1 − β₁ᵗ)·(u' + ε)) (Keras 3), or
 *                                               p − (α·m')/u', with ε inside of the maximum (PyTorch)
 *
 * What m, u and p gain in one step:
 *
 * m   The old bound is carried over by 1 − w. β is off by at most η/2 (β₁ in [½, 1)), our w by η·w: (½ + w)·η for each
 *     of |g| and |m|. Roundings: difference, product and sum, here (2w·|g − m| + |m'|)·η; there as many, or two
 *     products and a sum, (β₁·|m| + w·|g| + |m'|)·η. As |g| ≤ u and |m| ≤ 1.01·u this is 4.6·η·u a step at most and,
 *     summed over the steps that 1 − w remembers, never more than 47·η·u for β₁ = 0.9: **47 ulp of v**, however long
 * the run. u   Nothing: β₂ is rounded alike, and equal factors have equal products. So u has **equal bits**, unless the
 *     gradients differ (clipping by a norm) or ε is inside; then the old bound is carried over by β₂ with two
 * roundings. p   One subtraction on each side: ½ + ½ **ulp of p**. The step α·m'/(u' + ε) errs relatively by 7
 *     roundings (three or four on each side) plus α's, and absolutely by what m and u bring along: α·(M + |m'/(u' +
 *     ε)|·U)/(u' + ε). α: fl(lr), two operations there and one rounding here are 4·η; β₁ᵗ is off by t·η/(2β₁) and
 *     powf's own ulp (2·η), which 1 − β₁ᵗ magnifies by β₁ᵗ/(1 − β₁ᵗ). Together some 58·η·lr a step for β₁ = 0.9.
 *
 * So p may part by **one ulp of p and 2⁻¹⁸·lr a step**. Real roundings are not all in one direction, so real runs stay
 * far below; README.md has what was measured.
 */

export const ETA = 2 ** -24;
/** Our moments below this are zero; those of the original go on into the subnormal numbers. */
export const TINY = 2 ** -102;
/** What the analysis leaves out are products of two errors. */
const SECOND_ORDER = 1.001;

/** What one step is made of, in float64. */
export interface StepScalars {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly learningRate: number;
  /** 1 at the first step. */
  readonly t: number;
  /** Roundings of the learning rate in the original, beyond that of a constant. */
  readonly rateRoundings: number;
  /** PyTorch: the maximum is taken over |g| + ε, and there is no ε in the denominator. */
  readonly epsilonInside: boolean;
}

/** One element of ours, before and after a step. */
export interface ElementStep {
  readonly g: number;
  /** How far the gradients of the two runs may be apart. */
  readonly gradientBound: number;
  readonly m: number;
  readonly u: number;
  readonly nextM: number;
  readonly nextU: number;
  readonly nextP: number;
}

export class ElementBounds {
  m = 0;
  u = 0;
  p = 0;

  step(scalars: StepScalars, element: ElementStep): void {
    this.#stepM(scalars, element);
    this.#stepU(scalars, element);
    this.#stepP(scalars, element);
  }

  #stepM({ beta1 }: StepScalars, { g, gradientBound, m, nextM }: ElementStep): void {
    const w = 1 - beta1;
    const weights = (0.5 + w) * (Math.abs(g) + Math.abs(m));
    const here = 2 * w * Math.abs(g - m) + Math.abs(nextM);
    const there = Math.max(2 * w * Math.abs(g - m), beta1 * Math.abs(m) + w * Math.abs(g)) + Math.abs(nextM);
    this.m = beta1 * this.m + w * gradientBound + ETA * (weights + here + there);
    if (Math.abs(nextM) < TINY && (m !== 0 || g !== 0 || this.m !== 0)) this.m += TINY;
  }

  #stepU({ beta2, epsilon, epsilonInside }: StepScalars, { g, gradientBound, u, nextU }: ElementStep): void {
    const inside = epsilonInside ? epsilon : 0;
    const fromGradient = gradientBound + (epsilonInside ? ETA * (Math.abs(g) + inside) : 0);
    const equal = this.u === 0 && fromGradient === 0;
    const fromPast = equal ? 0 : beta2 * this.u + 2 * ETA * (u + inside) + (1 - beta2) * inside;
    // A gradient that wins here by more than the bounds has won there too, and the past is forgotten.
    const wins = Math.abs(g) - gradientBound > beta2 * u + fromPast;
    this.u = wins ? fromGradient : Math.max(fromGradient, fromPast);
    if (nextU < TINY && (u !== 0 || g !== 0 || this.u !== 0)) this.u = Math.max(this.u, TINY);
  }

  #stepP(scalars: StepScalars, { nextM, nextU, nextP }: ElementStep): void {
    const { beta1, epsilon, learningRate, t, rateRoundings } = scalars;
    const power = beta1 ** t;
    const alpha = Math.abs(learningRate) / (1 - power);
    const alphaRoundings = (power / (1 - power)) * (t / (2 * beta1) + 2) + 4 + rateRoundings;
    const denominator = nextU + epsilon;
    const ratio = Math.abs(nextM) / denominator;
    const relative = ETA * (7 + alphaRoundings) * alpha * ratio;
    const carried = (alpha * (this.m + ratio * this.u)) / Math.max(denominator - this.u, epsilon);
    this.p += ulp(Math.abs(nextP) + this.p) + SECOND_ORDER * (relative + carried);
  }
}

/** The distance from |x| to the next larger float32. */
export function ulp(x: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -126) - 23);
}
