import { memoryOf, type Variable } from '../variables/variable.js';
import type { StepHooks } from './hooks.js';

export function isConstrained(variable: Variable): boolean {
  return variable.constraint !== null;
}

/** Constraints, as hooks of a step: each is applied to its variable when the step has written it. */
export const constraintHooks: StepHooks = {
  after({ variables }) {
    for (let i = 0; i < variables.length; i++) if (isConstrained(variables[i])) project(variables[i]);
  },
};

function project(variable: Variable): void {
  const data = memoryOf(variable);
  const projected = variable.constraint?.(data, variable);
  if (projected !== undefined && projected !== data) variable.assign(projected);
}
