/** Hyperparameters: what is given for them, what they are worth at a step, and what is refused. */
import { Variable } from 'adamax';
import type { FaultCode } from '../faults.js';
import type { Draw } from '../random.js';

export type HyperName = 'learningRate' | 'decay' | 'beta1' | 'beta2' | 'epsilon' | 'rho' | 'momentum';

interface Range {
  readonly good: readonly number[];
  /** Of the right kind, but refused. */
  readonly bad: readonly number[];
}

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY];
const UNIT: Range = { good: [0.9, 0.999, 0.5, 0, 0.996, 0.25, 1 - 2 ** -30], bad: [1, -0.1, 2, ...notFinite] };

export const RANGES: Readonly<Record<HyperName, Range>> = {
  learningRate: { good: [0.001, 0.01, 0.1, 1, 0, -0.05, 1e-30, 3.7e4, 1e-42, 3e38], bad: [1e39, -1e300, ...notFinite] },
  decay: { good: [0, 0.01, 1, 1e-9], bad: [-1, ...notFinite] },
  beta1: UNIT,
  beta2: UNIT,
  rho: UNIT,
  momentum: { good: [0.9, 0.5, 1, 0.1, 0], bad: [1.1, -0.1, ...notFinite] },
  epsilon: { good: [1e-7, 1e-3, 1, 1e-30, 1e-45], bad: [0, -1e-7, 1e-50, 1e39, Number.NaN] },
};

/** Whether one of the numbers that are good is in range once it has been rounded to float32. */
export function isInRange(name: HyperName, rounded: number): boolean {
  return name === 'epsilon' ? rounded > 0 : RANGES[name] !== UNIT || rounded < 1;
}

const WRONG_KINDS: readonly unknown[] = ['0.1', null, true, {}, [], 1n, new Float32Array(1)];

/** What is given for a hyperparameter, and what it is worth. */
export interface Given {
  readonly text: string;
  readonly value: unknown;
  /** Why it is refused where it is given. */
  readonly fault: FaultCode | null;
  /** What it is worth after so many steps. */
  readonly worth: (step: number) => number;
  /** Why a step refuses it. */
  readonly later: FaultCode | null;
  /** Whether numbers that are set later go into it. */
  readonly variable: Variable | null;
}

export function given(number: number): Given {
  return { text: String(number), value: number, fault: null, worth: () => number, later: null, variable: null };
}

/** Something for a hyperparameter, refused with the given probability. */
export function drawGiven(draw: Draw, name: HyperName, badness: number): Given {
  const { good, bad } = RANGES[name];
  const number = draw.pick(good);
  if (draw.chance(badness)) {
    const [value, fault] = draw.chance(0.5)
      ? ([draw.pick(bad), 'ERR_ADAMAX_ARG_VALUE'] as const)
      : ([draw.pick(WRONG_KINDS), 'ERR_ADAMAX_ARG_TYPE'] as const);
    return { ...given(Number.NaN), text: `a bad ${typeof value}`, value, fault };
  }
  if (draw.chance(0.12)) return drawFunction(draw, name, number);
  if (draw.chance(0.1)) return drawVariable(name, number);
  return given(number);
}

function drawFunction(draw: Draw, name: HyperName, number: number): Given {
  const fails = draw.chance(0.15);
  const [even, odd] = fails
    ? [draw.pick(RANGES[name].bad)]
    : [number, draw.pick([number, draw.pick(RANGES[name].good)])];
  // What it returns tells which step it was asked about.
  const value = (step: number) => (step % 2 === 0 ? even : (odd ?? even));
  const later = fails ? ('ERR_ADAMAX_ARG_VALUE' as const) : null;
  return { text: `(step) => ${even} or ${odd ?? even}`, value, fault: null, worth: value, later, variable: null };
}

function drawVariable(name: HyperName, number: number): Given {
  const rounded = Math.fround(number);
  // What lies in the range need not do so in float32.
  if (!isInRange(name, rounded)) return given(number);
  const value = new Variable(Float32Array.of(number), { shape: [] });
  return { text: `Variable(${number})`, value, fault: null, worth: () => value.data[0], later: null, variable: value };
}
