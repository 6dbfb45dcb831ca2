/** Which array of a step is not what it was bound as: for the checks before a list is bound, and for their messages. */
import { checkAttached, detached } from '../arguments/arrays.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import type { Entry } from './entry.js';
import type { PairLabels } from './pair-labels.js';

/** Throws unless all that a step writes of the variable is there. @throws TypeError `ERR_ADAMAX_DETACHED` */
export function checkState(state: VariableState, labels: PairLabels): void {
  const { variable, memory, size } = state;
  const param = paramOf(state);
  if (lengthOf(param) !== size) throw detached(labels.variable(variable), param);
  // Of no elements none can be missed.
  if (size === 0) checkAttached(labels.variable(variable), param);
  if (isMissing(memory, 1)) throw detached(`slots of ${labels.variable(variable)}`, memory);
}

/** The error that names the first array of the entries whose memory has gone. */
export function missingOf(entries: readonly Entry[], labels: PairLabels): TypeError {
  for (const entry of entries) {
    const { state, param, out, direct, rows, slices, stretch } = entry;
    const { variable } = state;
    if (isMissing(param, state.size)) return detached(labels.variable(variable), param);
    if (isMissing(state.memory, state.size)) return detached(`slots of ${labels.variable(variable)}`, state.memory);
    if (isMissing(out, state.size)) return detached(`out of ${labels.variable(variable)}`, out);
    if (direct !== null && isMissing(direct, state.size)) return detached(labels.gradient(variable), direct);
    if (stretch !== null && stretch.gradient !== null && isMissing(stretch.gradient, stretch.end - stretch.begin)) {
      return detached(labels.gradient(variable), stretch.gradient);
    }
    if (rows !== null) {
      if (isMissing(rows.indices, slices)) return detached(`${labels.gradient(variable)}.indices`, rows.indices);
      if (isMissing(rows.values, slices)) return detached(`${labels.gradient(variable)}.values`, rows.values);
    }
  }
  return detached('an array of the step', undefined);
}

function isMissing(array: ArrayBufferView, length: number): boolean {
  return length > 0 && lengthOf(array) === 0;
}
