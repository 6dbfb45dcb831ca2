import { lengthOf } from '../backend/memory.js';
import type { Variable } from '../variables/variable.js';
import type { VariableState } from './variable-states.js';

/**
 * Applies the constraints of the variables of a step after `step` has run. A constraint is code of the user: should it
 * throw, every parameter and slot of the step gets back the bytes it had.
 */
export function steppedUnderConstraints(states: readonly VariableState[], step: () => void): void {
  const saved = states
    .flatMap(({ param, slots }) => [param, ...slots])
    .map((array) => ({ array, copy: array.slice() }));
  step();
  try {
    for (const { variable } of states) if (isConstrained(variable)) project(variable);
  } catch (error) {
    for (const { array, copy } of saved) if (lengthOf(array) === copy.length) array.set(copy);
    throw error;
  }
}

export function isConstrained(variable: Variable): boolean {
  return variable.constraint !== null;
}

function project(variable: Variable): void {
  const projected = variable.constraint?.(variable.data, variable);
  if (projected !== undefined && projected !== variable.data) variable.assign(projected);
}
