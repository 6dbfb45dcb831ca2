import { Adagrad, Adamax, type Optimizer, type OptimizerOptions, RMSprop, SGD } from 'adamax';

/** A rule of the package, and what it takes to train with it. */
export interface TrainedRule {
  readonly name: string;
  make(options: OptimizerOptions): Optimizer;
  /** How far step t, from 1 on, moves a parameter whose gradient has always been g > 0: in learning rates. */
  stride(t: number, g: number): number;
  /**
   * Learning rates at which the rule arrives in the steps of a problem, and not in half of them. RMSprop does not come
   * to rest at a constant rate: it goes to and fro across the minimum by half its rate. A centered rule divides by next
   * to nothing where gradients hardly change, hence its small rates.
   */
  readonly rates: { readonly parabola: number; readonly rosenbrock: number; readonly logistic: number };
}

/** Of the rules with momentum. */
const MOMENTUM = 0.9;
/** Of RMSprop. */
const RHO = 0.9;

/** A table, so that a further rule is one entry, and is trained by every test of this folder. */
export const rules: readonly TrainedRule[] = [
  {
    name: 'Adamax',
    make: (options) => new Adamax(options),
    stride: () => 1,
    rates: { parabola: 0.003, rosenbrock: 0.0004, logistic: 0.1 },
  },
  {
    name: 'Adagrad',
    make: (options) => new Adagrad(options),
    // The accumulator has begun at 0.1.
    stride: (t, g) => g / Math.sqrt(0.1 + t * g * g),
    rates: { parabola: 0.3, rosenbrock: 0.3, logistic: 0.3 },
  },
  {
    name: 'SGD',
    make: (options) => new SGD(options),
    stride: (_, g) => g,
    rates: { parabola: 0.3, rosenbrock: 0.001, logistic: 0.4 },
  },
  {
    name: 'SGD with momentum',
    make: (options) => new SGD({ ...options, momentum: MOMENTUM }),
    stride: withMomentum((_, g) => g),
    rates: { parabola: 0.03, rosenbrock: 0.0001, logistic: 0.04 },
  },
  {
    name: "SGD with Nesterov's momentum",
    make: (options) => new SGD({ ...options, momentum: MOMENTUM, nesterov: true }),
    stride: (t, g) => g + MOMENTUM * withMomentum((_, g) => g)(t, g),
    rates: { parabola: 0.03, rosenbrock: 0.0001, logistic: 0.04 },
  },
  {
    name: 'RMSprop',
    make: (options) => new RMSprop({ ...options, rho: RHO }),
    stride: rmsStride,
    rates: { parabola: 0.001, rosenbrock: 0.0003, logistic: 0.01 },
  },
  {
    name: 'RMSprop with momentum',
    make: (options) => new RMSprop({ ...options, rho: RHO, momentum: MOMENTUM }),
    stride: withMomentum(rmsStride),
    rates: { parabola: 0.0001, rosenbrock: 0.00002, logistic: 0.001 },
  },
  {
    name: 'centered RMSprop',
    make: (options) => new RMSprop({ ...options, rho: RHO, centered: true }),
    stride: centeredStride,
    rates: { parabola: 0.0003, rosenbrock: 5e-6, logistic: 0.001 },
  },
  {
    name: 'centered RMSprop with momentum',
    make: (options) => new RMSprop({ ...options, rho: RHO, centered: true, momentum: MOMENTUM }),
    stride: withMomentum(centeredStride),
    rates: { parabola: 0.00002, rosenbrock: 5e-7, logistic: 0.0002 },
  },
];

/** g / √s, where the mean square s = (1 − ρᵗ)·g² has begun at 0. */
function rmsStride(t: number): number {
  return 1 / Math.sqrt(1 - RHO ** t);
}

/** g / √(s − a²), where the mean a = (1 − ρᵗ)·g has begun at 0 too. */
function centeredStride(t: number): number {
  return 1 / Math.sqrt((1 - RHO ** t) * RHO ** t);
}

/** Strides so far, each weighted by the momentum to the power of its age. */
function withMomentum(stride: (t: number, g: number) => number) {
  return (t: number, g: number) => {
    let sum = 0;
    for (let k = 1; k <= t; k++) sum = MOMENTUM * sum + stride(k, g);
    return sum;
  };
}
