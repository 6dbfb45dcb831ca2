/** Which array of a step is not what it was bound as: for the checks before a list is bound, and for their messages. */
import { checkFloat32Array, checkLength, detached } from '../arguments/arrays.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import { type Entry, gradientOf } from './entry.js';

/** Throws unless all that a step writes of the variable is there. @throws TypeError `ERR_ADAMAX_DETACHED` */
export function checkState(state: VariableState): void {
  const { name, memory, size } = state;
  const param = paramOf(state);
  if (lengthOf(param) !== size) throw detached(`'${name}'`, param);
  if (isMissing(memory, size)) throw detached(`slots of '${name}'`, memory);
}

/** Throws unless parameters can be written to `out`. */
export function checkOut({ name, size }: VariableState, out: unknown): void {
  checkFloat32Array(`out of '${name}'`, out);
  checkLength(`out of '${name}'`, out, size, `'${name}'`);
}

/** The error that names the first array of the entries whose memory has gone. */
export function missingOf(entries: readonly Entry[]): TypeError {
  for (const entry of entries) {
    const { state, param, out, direct, rows, slices } = entry;
    if (isMissing(param, state.size)) return detached(`'${state.name}'`, param);
    if (isMissing(state.memory, state.size)) return detached(`slots of '${state.name}'`, state.memory);
    if (isMissing(out, state.size)) return detached(`out of '${state.name}'`, out);
    if (direct !== null && isMissing(direct, state.size)) return detached(gradientOf(state), direct);
    if (rows !== null) {
      if (isMissing(rows.indices, slices)) return detached(`${gradientOf(state)}.indices`, rows.indices);
      if (isMissing(rows.values, slices)) return detached(`${gradientOf(state)}.values`, rows.values);
    }
  }
  return detached('an array of the step', undefined);
}

function isMissing(array: ArrayBufferView, length: number): boolean {
  return length > 0 && lengthOf(array) === 0;
}
