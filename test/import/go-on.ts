/** Takes an imported training along the recorded gradients, and says how far it gets from the recorded one. */
import type { Resumed } from 'adamax/import';
import { inputsOf } from '../golden/inputs.js';
import { ElementBounds, ETA, type StepScalars, ulp } from '../golden/rounding.js';
import { checkpoints, saved } from './files.js';

export interface Distance {
  /** The largest of |ours − recorded| / bound. */
  readonly ratio: number;
  readonly where: string;
  /** The largest difference, as a part of the way that the element has gone since the file was saved. */
  readonly ofWay: number;
}

/** How far an element may be from the recorded one, step by step. */
export interface Bound {
  readonly p: number;
  step(element: Step): void;
}

/** One element, before and after a step. */
export interface Step {
  /** Finished steps before it. */
  readonly k: number;
  readonly g: number;
  /** The norm of the gradient that it is part of, and how many elements that has. */
  readonly norm: number;
  readonly size: number;
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly p: number;
  readonly nextP: number;
}

/** @param variables - those that are trained, in the order of the inputs */
export function goOn(
  { optimizer, variables }: Resumed,
  trained: readonly string[],
  recorded: Float32Array,
  newBound: (slots: Readonly<Record<string, number>>) => Bound,
): Distance {
  const { gradients } = inputsOf('import');
  const subjects = trained.map((name) => variables[name]);
  const slots = (i: number, at: number) => {
    const names = optimizer.getSlotNames();
    return Object.fromEntries(names.map((name) => [name, Number(optimizer.getSlot(subjects[i], name).data[at])]));
  };
  const bounds = subjects.map((variable, i) => Array.from(variable.data, (_, at) => newBound(slots(i, at))));
  let distance: Distance = { ratio: 0, where: '', ofWay: 0 };
  const ways = subjects.map(({ data }) => new Float64Array(data.length));
  let compared = 0;
  for (let k = saved; k < (checkpoints.at(-1) as number); k++) {
    const before = subjects.map(({ data }, i) => Array.from(data, (p, at) => ({ p, slots: slots(i, at) })));
    const dense = gradients[k] as Float32Array[];
    optimizer.applyGradients(subjects.map((variable, i) => [dense[i], variable] as const));
    subjects.forEach(({ data }, i) => {
      const norm = Math.hypot(...dense[i]);
      bounds[i].forEach((bound, at) => {
        const { p, slots: was } = before[i][at];
        ways[i][at] += Math.abs(data[at] - p);
        const step = { k, g: dense[i][at], norm, size: data.length, p, nextP: data[at] };
        bound.step({ ...step, before: was, after: slots(i, at) });
      });
    });
    if (!checkpoints.includes(k + 1)) continue;
    subjects.forEach(({ name, data }, i) => {
      bounds[i].forEach((bound, at) => {
        const expected = recorded[compared++];
        const apart = Math.abs(data[at] - expected);
        const ratio = apart === 0 ? 0 : apart / bound.p || Infinity;
        const ofWay = Math.max(distance.ofWay, apart === 0 ? 0 : apart / ways[i][at]);
        const where = `${name}[${at}] after step ${k + 1}: expected ${expected} ± ${bound.p}, received ${data[at]}`;
        distance = ratio > distance.ratio ? { ratio, where, ofWay } : { ...distance, ofWay };
      });
    });
  }
  if (compared !== recorded.length) throw new Error(`${compared} numbers compared, of ${recorded.length}`);
  return distance;
}

interface AdamaxModel {
  readonly rate: (k: number) => number;
  readonly epsilon: number;
  readonly rateRoundings?: number;
  readonly clipnorm?: number;
  readonly epsilonInside?: boolean;
}

/** The error analysis of test/golden. */
export function adamaxBound(model: AdamaxModel): (slots: Readonly<Record<string, number>>) => Bound {
  const { rate, epsilon, rateRoundings = 0, clipnorm = Infinity, epsilonInside = false } = model;
  return ({ v }) => {
    const bounds = new ElementBounds();
    // ε has been taken off, which rounds.
    if (epsilonInside) bounds.u = 2 * ETA * (v + epsilon);
    return {
      get p() {
        return bounds.p;
      },
      step({ k, g, norm, size, before, after, nextP }) {
        const clipped = norm > clipnorm ? (g * clipnorm) / norm : g;
        const scalars: StepScalars = {
          ...{ beta1: 0.9, beta2: 0.999, epsilon: Math.fround(epsilon), learningRate: rate(k), t: k + 1 },
          ...{ rateRoundings, epsilonInside },
        };
        // A float32 norm of n elements errs by (n + 1)/2 + 1 roundings, and what is clipped by it by five more.
        const gradientBound = clipnorm === Infinity ? 0 : ETA * ((size + 1) / 2 + 7) * Math.abs(clipped);
        const moments = { m: before.m, u: before.v, nextM: after.m, nextU: after.v };
        bounds.step(scalars, { g: clipped, gradientBound, ...moments, nextP });
      },
    };
  };
}

interface ChosenModel {
  readonly roundings: number;
  /** By which earlier steps, and how far they were off, are carried over. */
  readonly momentum?: number;
  /** By how much of itself a step may be another one, since ε lies elsewhere. */
  readonly apart?: (after: Readonly<Record<string, number>>) => number;
}

/**
 * A bound that was chosen, for rules without an analysis: a unit in the last place of p for each step, and of each
 * change so many roundings.
 */
export function chosenBound({ roundings, momentum = 0, apart = () => 0 }: ChosenModel) {
  return (slots: Readonly<Record<string, number>>): Bound => {
    // What has been multiplied by the learning rate is rounded.
    let carried = momentum * ETA * Math.abs(slots.momentum ?? 0);
    const bound = { p: 0, step };
    function step({ p, nextP, before, after }: Step): void {
      const change = Math.abs(momentum === 0 ? nextP - p : after.momentum - momentum * before.momentum);
      carried = momentum * carried + (roundings * ETA + apart(after)) * change;
      bound.p += ulp(nextP) + carried;
    }
    return bound;
  };
}
