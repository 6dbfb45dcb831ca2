/**
 * The native loops that only move the memory of a step, 4 reads and 3 writes an element without arithmetic: beyond the
 * caches no step can be faster. They are not public, so they are asked of the addon itself.
 */
import { loadBinding } from '#internals';
import { type Bound, boundRun } from './native.js';
import type { Problem, State } from './problem.js';

const RULE = 'traffic';
const { binding } = loadBinding();
const rule = binding === null ? -1 : binding.rules.findIndex(({ name }) => name === RULE);

/** Whether there is an addon to ask. */
export const hasTraffic = rule >= 0;

/** On one thread, with the arrays looked up at each call. */
export function moveDense({ param, m, u, grad }: Problem): void {
  binding?.dense(rule, param, param, grad, m, u);
}

export function moveRows({ param, m, u }: State, rowLength: number, values: Float32Array, indices: Int32Array): void {
  binding?.rows(rule, param, rowLength, values, indices, m, u);
}

/** Moves it through a plan, as an optimizer's step goes, on as many threads as are set. */
export function denseMover(problems: readonly Bound[]): () => unknown {
  return boundRun(RULE, problems, []);
}
