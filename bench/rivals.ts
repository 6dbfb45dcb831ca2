/**
 * What else a user could run: the loops a JavaScript expert would write by hand. Both were chosen by measurement from
 * variants with `Math.max`, a conditional, cached lengths and unrolling; V8 compiles these best. They see Float32Arrays
 * and plain numbers only, so they stay monomorphic for the whole run.
 *
 * A peer (another library) goes into a file of its own and into `rivals`.
 */
import type { Contestant } from './measure.js';
import { BETA1, BETA2, EPSILON, LEARNING_RATE, type Problem, type State } from './problem.js';

const { fround } = Math;

/** Another implementation of the step. Each method makes a contestant for one kind of race. */
export interface Rival {
  readonly name: string;
  /** Steps all variables once per step. One variable is a list of one. */
  dense(problems: readonly Problem[]): Contestant;
  /** Steps rows of a table: at each step those that the next of `steps` names, each once, by the same slices. */
  rows?(table: State, rowLength: number, slices: Float32Array, steps: readonly Int32Array[]): Contestant;
}

/** The plain way: float32 in memory, float64 in between. */
export function stepDoubles(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  grad: Float32Array,
  oneMinusBeta1: number,
  beta2: number,
  alpha: number,
  epsilon: number,
): void {
  const n = param.length;
  for (let i = 0; i < n; i++) {
    const g = grad[i];
    const m0 = m[i];
    const m1 = m0 + (g - m0) * oneMinusBeta1;
    const a = u[i] * beta2;
    const b = Math.abs(g);
    // V8 makes slower code of Math.max, which must order −0 and NaN
    const u1 = a > b ? a : b;
    m[i] = m1;
    u[i] = u1;
    param[i] -= (alpha * m1) / (u1 + epsilon);
  }
}

/** Float32 throughout: the bits of the native step, except that moments decay into the subnormal range (IEEE 754). */
export function stepFround(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  grad: Float32Array,
  oneMinusBeta1: number,
  beta2: number,
  alpha: number,
  epsilon: number,
): void {
  const n = param.length;
  for (let i = 0; i < n; i++) {
    const g = grad[i];
    const m0 = m[i];
    const m1 = fround(m0 + fround(fround(g - m0) * oneMinusBeta1));
    const a = fround(u[i] * beta2);
    const b = Math.abs(g);
    // here too, Math.max would be slower
    const u1 = a > b ? a : b;
    m[i] = m1;
    u[i] = u1;
    param[i] = fround(param[i] - fround(alpha * fround(m1 / fround(u1 + epsilon))));
  }
}

/** Rows of a table, each named once: without a hash, since a rival may know that its rows differ. */
export function stepRowsDoubles(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  rowLength: number,
  values: Float32Array,
  indices: Int32Array,
  oneMinusBeta1: number,
  beta2: number,
  alpha: number,
  epsilon: number,
): void {
  for (let k = 0; k < indices.length; k++) {
    const from = k * rowLength;
    const shift = indices[k] * rowLength - from;
    for (let j = from; j < from + rowLength; j++) {
      const i = j + shift;
      const g = values[j];
      const m0 = m[i];
      const m1 = m0 + (g - m0) * oneMinusBeta1;
      const a = u[i] * beta2;
      const b = Math.abs(g);
      // here too, Math.max would be slower
      const u1 = a > b ? a : b;
      m[i] = m1;
      u[i] = u1;
      param[i] -= (alpha * m1) / (u1 + epsilon);
    }
  }
}

/** β₁ᵗ the cheapest way: a running product. It ends where 1 − β₁ᵗ is 1, before it gets subnormal and slow. */
class BiasCorrection {
  #power = 1;

  alpha(): number {
    if (this.#power > 1e-30) this.#power *= BETA1;
    return LEARNING_RATE / (1 - this.#power);
  }
}

const jsDoubles: Rival = {
  name: 'JS doubles',
  dense(problems) {
    const correction = new BiasCorrection();
    const run = (times: number): void => {
      for (let step = 0; step < times; step++) {
        const alpha = correction.alpha();
        for (let i = 0; i < problems.length; i++) {
          const { param, m, u, grad } = problems[i];
          stepDoubles(param, m, u, grad, 1 - BETA1, BETA2, alpha, EPSILON);
        }
      }
    };
    return { name: jsDoubles.name, run };
  },
  rows({ param, m, u }, rowLength, slices, steps) {
    const correction = new BiasCorrection();
    let at = 0;
    const run = (times: number): void => {
      for (let step = 0; step < times; step++) {
        const rows = steps[at++ % steps.length];
        const alpha = correction.alpha();
        stepRowsDoubles(param, m, u, rowLength, slices, rows, 1 - BETA1, BETA2, alpha, EPSILON);
      }
    };
    return { name: jsDoubles.name, run };
  },
};

const jsFround: Rival = {
  name: 'JS fround',
  dense(problems) {
    const correction = new BiasCorrection();
    const run = (times: number): void => {
      for (let step = 0; step < times; step++) {
        const alpha = fround(correction.alpha());
        for (let i = 0; i < problems.length; i++) {
          const { param, m, u, grad } = problems[i];
          stepFround(param, m, u, grad, fround(1 - BETA1), fround(BETA2), alpha, fround(EPSILON));
        }
      }
    };
    return { name: jsFround.name, run };
  },
};

/** All rivals that the dense races are run against. */
export const rivals: readonly Rival[] = [jsDoubles, jsFround];
