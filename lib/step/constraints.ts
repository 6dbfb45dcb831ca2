import { lengthOf } from '../memory/typed-arrays.js';
import type { VariableState } from '../state/variable-states.js';
import type { Variable } from '../variables/variable.js';

type States = readonly VariableState[];

/**
 * Takes a step and applies the constraints of its variables. A constraint is code of the user: should it throw, every
 * parameter and slot of the step gets back the bytes it had.
 */
export function projectedAfter(states: States, step: () => void): void {
  const restore = saved(states);
  step();
  project(states, restore);
}

/** The same for a step that takes its time. */
export async function projectedAfterAsync(states: States, step: () => Promise<void>): Promise<void> {
  const restore = saved(states);
  await step();
  project(states, restore);
}

export function isConstrained(variable: Variable): boolean {
  return variable.constraint !== null;
}

/** Copies what a step writes; the result puts it back. */
function saved(states: States): () => void {
  const copies = states
    .flatMap(({ param, slots }) => [param, ...slots])
    .map((array) => ({ array, copy: array.slice() }));
  return () => {
    for (const { array, copy } of copies) if (lengthOf(array) === copy.length) array.set(copy);
  };
}

function project(states: States, restore: () => void): void {
  try {
    for (const { variable } of states) if (isConstrained(variable)) projectOne(variable);
  } catch (error) {
    restore();
    throw error;
  }
}

function projectOne(variable: Variable): void {
  const projected = variable.constraint?.(variable.data, variable);
  if (projected !== undefined && projected !== variable.data) variable.assign(projected);
}
