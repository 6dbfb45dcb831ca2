import { rangeError } from '../../arguments/errors.js';
import type { Failure } from '../../step/outcome.js';
import type { StepPairs } from '../../step/step-pairs.js';
import { Rows } from '../../variables/gradient.js';

/**
 * The error for a sparse gradient of this replica that names a row which is not there, or null. A step would find it
 * only when the slices of all replicas lie together, and could not say whose it is.
 */
export function checkIndices({ variables, gradients, labels }: StepPairs): Failure | null {
  for (let i = 0; i < gradients.length; i++) {
    const gradient = gradients[i];
    if (!(gradient instanceof Rows)) continue;
    const rows = variables[i].shape[0] ?? 1;
    const bad = gradient.indices.findIndex((index: number | bigint) => !(index >= 0 && index < rows));
    if (bad < 0) continue;
    const argument = `${labels.gradient(variables[i])}.indices[${bad}]`;
    const message = `${argument} must be in [0, ${rows}): received ${gradient.indices[bad]}`;
    return { error: rangeError('ERR_ADAMAX_INDEX', message) };
  }
  return null;
}
