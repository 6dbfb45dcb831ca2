import { type Adamax, IndexedSlices, Variable } from 'adamax';
import { inputsOf, sizeOf, spec, toDense } from './inputs.js';
import type { Recorded } from './recorded.js';
import { ElementBounds, ETA, type StepScalars, TINY, ulp } from './rounding.js';

/** What the error analysis has to know of a run, stated apart from the optimizer under test. */
export interface Model {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** The learning rate, or the one after k finished steps, in float64; `decay` comes on top. */
  readonly rate: number | ((k: number) => number);
  readonly decay?: number;
  /** Roundings of a schedule in the original, in units of 2⁻²⁴ of the rate after k finished steps. */
  readonly rateRoundings?: (k: number) => number;
  readonly clipnorm?: number;
  readonly clipvalue?: number;
  /** As PyTorch has it. */
  readonly epsilonInside?: boolean;
  /** Slices are given to the optimizer as the dense gradient they stand for. */
  readonly densify?: boolean;
  /** Done before each step; the run goes on with the optimizer it returns. */
  readonly before?: (step: number, optimizer: Adamax, variables: readonly Variable[]) => Adamax;
}

export interface Distance {
  /** The largest of |ours − recorded| / bound: rounding explains the difference as long as this is ≤ 1. */
  readonly ratio: number;
  readonly where: string;
  /**
   * The largest distance, and the largest bound. For p they are in ulp of the larger of |p| and the way p has gone, per
   * step; for m and v in ulp of v.
   */
  readonly ulps: number;
  readonly boundUlps: number;
}

export type Distances = Record<'p' | 'm' | 'v', Distance>;

/** Takes an optimizer along the recorded inputs and says how far it gets from the recorded run. */
export function follow(recorded: Recorded, first: Adamax, model: Model): Distances {
  const run = new Run(recorded, first, model);
  for (let step = 1; step <= spec.steps; step++) {
    run.step(step);
    if (spec.checkpoints.includes(step)) run.compare(step);
  }
  return run.distances;
}

interface Element {
  readonly at: number;
  readonly bounds: ElementBounds;
  /** The sum of |p' − p|. */
  way: number;
}

/** A variable with its recorded elements. */
interface Subject {
  readonly variable: Variable;
  readonly elements: readonly Element[];
}

class Run {
  readonly distances: Distances = { p: NONE, m: NONE, v: NONE };
  readonly #recorded: Recorded;
  readonly #model: Model;
  readonly #subjects: readonly Subject[];
  #optimizer: Adamax;
  #compared = 0;

  constructor(recorded: Recorded, optimizer: Adamax, model: Model) {
    this.#recorded = recorded;
    this.#model = model;
    this.#optimizer = optimizer;
    const { variables, start } = inputsOf(recorded.inputs);
    this.#subjects = variables.map(({ name, shape, stride }, i) => {
      const variable = new Variable(start[i].slice(), { name, shape });
      const elements = Array.from({ length: Math.ceil(variable.size / stride) }, (_, j) => {
        return { at: j * stride, bounds: new ElementBounds(), way: 0 };
      });
      return { variable, elements };
    });
    optimizer.build(this.#subjects.map(({ variable }) => variable));
  }

  step(step: number): void {
    const model = this.#model;
    const variables = this.#subjects.map(({ variable }) => variable);
    this.#optimizer = model.before?.(step, this.#optimizer, variables) ?? this.#optimizer;
    const scalars = scalarsOf(model, this.#optimizer.iterations.item());
    const gradients = inputsOf(this.#recorded.inputs).gradients[step - 1].map((gradient, i) => {
      return model.densify && gradient instanceof IndexedSlices ? toDense(gradient, variables[i].shape) : gradient;
    });
    const before = this.#subjects.map((subject) => this.#moments(subject).map((array) => array.slice()));
    const starts = variables.map(({ data }) => data.slice());
    this.#optimizer.applyGradients(gradients.map((gradient, i) => [gradient, variables[i]] as const));
    this.#subjects.forEach((subject, i) => {
      const gradientAt = gradientReader(gradients[i], variables[i].shape, model);
      const [m, u] = before[i];
      const [nextM, nextU] = this.#moments(subject);
      for (const element of subject.elements) {
        const { at, bounds } = element;
        const gradient = gradientAt(at);
        if (gradient === null) continue;
        const nextP = variables[i].data[at];
        const { g, gradientBound } = gradient;
        bounds.step(scalars, { g, gradientBound, m: m[at], u: u[at], nextM: nextM[at], nextU: nextU[at], nextP });
        element.way += Math.abs(nextP - starts[i][at]);
      }
    });
  }

  compare(step: number): void {
    // PyTorch's norm has ε in it.
    const inside = this.#model.epsilonInside === true ? scalarsOf(this.#model, 0).epsilon : 0;
    for (const subject of this.#subjects) {
      const { name, data } = subject.variable;
      const [m, v] = this.#moments(subject);
      for (const { at, bounds, way } of subject.elements) {
        const where = `${name}[${at}] after step ${step}`;
        const norm = v[at] + inside;
        const unit = ulp(Math.max(norm, TINY));
        this.#note('p', data[at], bounds.p, step * ulp(Math.max(Math.abs(data[at]), way)), where);
        this.#note('m', m[at], bounds.m, unit, where);
        this.#note('v', norm, bounds.u, unit, where);
        this.#compared++;
      }
    }
  }

  #moments({ variable }: Subject): Float32Array[] {
    return ['m', 'v'].map((slot) => this.#optimizer.getSlot(variable, slot).data);
  }

  #note(key: 'p' | 'm' | 'v', actual: number, bound: number, unit: number, where: string): void {
    const expected = this.#recorded[key][this.#compared];
    const distance = Math.abs(actual - expected);
    const worst = this.distances[key];
    const ratio = distance === 0 ? 0 : Number.isNaN(distance) ? Infinity : distance / bound;
    this.distances[key] = {
      ratio: Math.max(worst.ratio, ratio),
      where: ratio > worst.ratio ? `${where}: expected ${expected} ± ${bound}, received ${actual}` : worst.where,
      ulps: Math.max(worst.ulps, distance / unit),
      boundUlps: Math.max(worst.boundUlps, bound / unit),
    };
  }
}

const NONE: Distance = { ratio: 0, where: '', ulps: 0, boundUlps: 0 };

function scalarsOf(model: Model, k: number): StepScalars {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, rate, decay = 0, rateRoundings, epsilonInside = false } = model;
  return {
    beta1,
    beta2,
    epsilon: Math.fround(epsilon),
    learningRate: (typeof rate === 'number' ? rate : rate(k)) / (1 + decay * k),
    t: k + 1,
    // fl(decay), its product with k, the sum and the quotient
    rateRoundings: (rateRoundings?.(k) ?? 0) + (decay > 0 ? 4 : 0),
    epsilonInside,
  };
}

interface ElementGradient {
  readonly g: number;
  readonly gradientBound: number;
}

/** Tells the gradient of an element, clipped and summed, and how far two runs may differ in it; null if it has none. */
function gradientReader(
  gradient: Float32Array | IndexedSlices,
  shape: readonly number[],
  model: Model,
): (at: number) => ElementGradient | null {
  const values = gradient instanceof IndexedSlices ? gradient.values : gradient;
  const clipped = clip(values, model);
  if (!(gradient instanceof IndexedSlices)) {
    return (at) => sumUp(model, values.length, [clipped[at]]);
  }
  const rowLength = sizeOf(shape.slice(1));
  const slices = new Map<number, number[]>();
  gradient.indices.forEach((row: number | bigint, slice: number) => {
    slices.set(Number(row), [...(slices.get(Number(row)) ?? []), slice]);
  });
  return (at) => {
    const own = slices.get(Math.floor(at / rowLength));
    if (own === undefined) return null;
    const parts = own.map((slice) => clipped[slice * rowLength + (at % rowLength)]);
    return sumUp(model, values.length, parts);
  };
}

/** The norm first, then the value; in float64. */
function clip(values: Float32Array, { clipnorm = Infinity, clipvalue = Infinity }: Model): ArrayLike<number> {
  if (clipnorm === Infinity && clipvalue === Infinity) return values;
  const norm = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  const scale = norm > clipnorm ? clipnorm / norm : 1;
  return Float64Array.from(values, (x) => Math.min(Math.max(x * scale, -clipvalue), clipvalue));
}

/**
 * Clipping by value is exact, and sums of the same slices in the same order are equal. Clipping by norm is not: a
 * float32 norm of n elements errs by (n + 1)/2 + 1 roundings at most, ours by one (the root of a float64 sum), the same
 * for all elements. Each element then has two roundings there and two or three here; those of slices do not shrink when
 * slices cancel each other out, nor do those of their sum.
 */
function sumUp({ clipnorm }: Model, n: number, parts: readonly number[]): ElementGradient {
  const g = parts.reduce((sum, part) => Math.fround(sum + part));
  if (clipnorm === undefined) return { g, gradientBound: 0 };
  const size = parts.reduce((sum, part) => sum + Math.abs(part), 0);
  return { g, gradientBound: ETA * (((n + 1) / 2 + 2) * Math.abs(g) + (5 + 2 * (parts.length - 1)) * size) };
}
