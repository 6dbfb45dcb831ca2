import type { Optimizer } from 'adamax';
import { expect } from 'chai';

/** A function to be minimised. Its variables lie one behind the other in one array. */
export interface Problem {
  /** Elements of each variable. */
  readonly sizes: readonly number[];
  /** Where training starts: one number an element, all variables together. */
  readonly start: readonly number[];
  /** How many steps a rule is given to arrive. */
  readonly steps: number;
  /** Writes the gradient at `x` to `out`, computed in float64; `step` is 0 for the first. */
  gradient(x: Float32Array, out: Float32Array, step: number): void;
}

/** Trains from the start of a problem, for its steps or as many as are named, and returns where they led. */
export function train(problem: Problem, optimizer: Optimizer, steps = problem.steps): Float32Array {
  const x = Float32Array.from(problem.start);
  const gradient = new Float32Array(x.length);
  let end = 0;
  const pairs = problem.sizes.map((size): [Float32Array, Float32Array] => {
    const begin = end;
    end += size;
    return [gradient.subarray(begin, end), x.subarray(begin, end)];
  });
  for (let step = 0; step < steps; step++) {
    problem.gradient(x, gradient, step);
    optimizer.applyGradients(pairs);
  }
  return x;
}

/** The largest distance of an element from its place in the minimum; NaN where an element is NaN. */
export function distance(x: Float32Array, minimum: readonly number[]): number {
  return Math.max(...minimum.map((m, i) => Math.abs(x[i] - m)));
}

/**
 * Fails unless training comes within `bound` of the minimum, as `far` measures it, in the steps of its problem; and
 * fails if half of them do, since a bound that is met early would not notice a rule at half its speed.
 */
export function expectInTime(
  problem: Problem,
  make: () => Optimizer,
  far: (x: Float32Array) => number,
  bound: number,
): void {
  const early = far(train(problem, make(), problem.steps / 2));
  expect(early, `after ${problem.steps / 2} steps`).to.be.above(bound);
  const final = far(train(problem, make()));
  expect(final, `after ${problem.steps} steps`).to.be.at.most(bound);
}
