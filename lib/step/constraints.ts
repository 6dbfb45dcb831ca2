import { memoryOf, type Variable } from '../variables/variable.js';
import type { StepHooks } from './hooks.js';
import type { Eventually, Failure } from './outcome.js';
import type { StepPairs } from './step-pairs.js';

export function isConstrained(variable: Variable): boolean {
  return variable.constraint !== null;
}

/**
 * Applies constraints, which are code of the user, each to its variable when the step has written it, and lets those who
 * take part know what has come of it.
 */
export function constrain(pairs: StepPairs, hooks: StepHooks | null, atOnce: boolean): Eventually<void> {
  const { variables } = pairs;
  let failure: Failure | null = null;
  try {
    for (let i = 0; i < variables.length; i++) if (isConstrained(variables[i])) project(variables[i]);
  } catch (error) {
    failure = { error };
  }
  const heard = hooks?.constrained?.(pairs, failure, atOnce);
  if (failure === null) return heard;
  const { error } = failure;
  if (!(heard instanceof Promise)) throw error;
  return heard.then(() => {
    throw error;
  });
}

function project(variable: Variable): void {
  const data = memoryOf(variable);
  const projected = variable.constraint?.(data, variable);
  if (projected !== undefined && projected !== data) variable.assign(projected);
}
