/** Steps out of place: where parameters are written that are not to be written where they were read. */
import { checkFloat32Array, checkLength } from '../arguments/arrays.js';
import { MemoryRegions } from '../memory/regions.js';
import { checkApart, type Owner } from '../state/labels.js';
import type { VariableState } from '../state/variable-state.js';
import type { StepGradient } from '../variables/gradient.js';
import type { Entry } from './entry.js';
import type { PairLabels } from './pair-labels.js';

/** Where to write parameters, by entry; null for in place. */
export type Outs = readonly (Float32Array | null)[] | null;

/** Throws unless parameters can be written to `out`. */
export function checkOut({ variable, size }: VariableState, out: unknown, labels: PairLabels): void {
  const argument = `out of ${labels.variable(variable)}`;
  checkFloat32Array(argument, out);
  checkLength(argument, out, size, 'its variable');
}

/**
 * Throws unless what is written is no variable's memory, and no gradient's.
 * @param known - memory that the optimizer writes
 */
export function checkOuts(
  entries: readonly Entry[],
  gradients: readonly StepGradient[],
  known: MemoryRegions<Owner>,
  labels: PairLabels,
): void {
  const written = new MemoryRegions<Owner>();
  for (const { state, param, out } of entries) {
    if (out === param) continue;
    const { variable } = state;
    const outOf: Owner = (label) => `out of ${label(variable)}`;
    const argument = outOf(labels.variable);
    checkApart(argument, out, known, labels.variable);
    checkApart(argument, out, written, labels.variable);
    written.add(outOf, out);
  }
  entries.forEach(({ state }, i) => {
    const gradient = gradients[i];
    if (!('indices' in gradient)) {
      checkApart(labels.gradient(state.variable), gradient, written, labels.variable);
    }
  });
}
