/**
 * The addon without the library: a plan whose arrays are bound once and whose run is called by itself. What a step
 * takes beyond that is the library's own share. The binding is not public, so the addon is asked for it.
 */
import { loadBinding } from '#internals';
import type { Contestant } from './measure.js';
import { type Problem, SCALARS } from './problem.js';

const { binding } = loadBinding();

/** Whether there is an addon. */
export const hasNative = binding !== null;

/** What the contestant is called, and what the reader is told of it. */
export const NATIVE = 'native work alone';
export const nativeNotes: readonly string[] = hasNative
  ? [`${NATIVE}: the addon's own plan, its arrays bound once, run without the library around it.`]
  : [];

/** A dense step that may write the parameter elsewhere. */
export interface Bound extends Problem {
  readonly out?: Float32Array;
}

/** A plan knows addresses only, so whoever can run it holds the arrays. */
const held = new WeakMap<() => unknown, unknown>();

/**
 * The run of a plan that steps all problems by one rule, on as many threads as are set; does nothing without an addon.
 * @param scalars - of a step, as the kernel of the rule takes them
 */
export function boundRun(rule: string, problems: readonly Bound[], scalars: readonly number[]): () => unknown {
  if (binding === null) return () => {};
  const { contract } = binding;
  const control = new Float64Array(contract.controlSets + contract.setScalars + scalars.length);
  control[contract.controlCount] = problems.length;
  const set = control.subarray(contract.controlSets);
  set[contract.setClipnorm] = Infinity;
  set[contract.setClipvalue] = Infinity;
  set.set(scalars, contract.setScalars);
  const number = binding.rules.findIndex(({ name }) => name === rule);
  const { selectedPlan, target, gradient, run } = binding;
  const plan = binding.plan(number, control);
  selectedPlan[0] = plan;
  problems.forEach(({ param, m, u, grad, out }, i) => {
    target(i, 0, param.length, param.length, param, out ?? null, m, u);
    gradient(i, grad, null);
  });
  const runPlan = () => {
    selectedPlan[0] = plan;
    return run();
  };
  held.set(runPlan, { problems, control });
  return runPlan;
}

/** The native work of a step of Adamax. */
export function nativeStep(problems: readonly Bound[]): () => unknown {
  const { oneMinusBeta1, beta2, alpha, epsilon } = SCALARS;
  return boundRun('adamax', problems, [oneMinusBeta1, beta2, alpha, epsilon]);
}

/** The same as a contestant; none where there is no addon. */
export function nativeContestant(name: string, problems: readonly Bound[]): Contestant[] {
  if (!hasNative) return [];
  const step = nativeStep(problems);
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) step();
  };
  return [{ name, run }];
}
