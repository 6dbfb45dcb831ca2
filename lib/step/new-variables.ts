import { warn } from '../arguments/warn.js';
import type { Label } from '../state/labels.js';
import type { Variable } from '../variables/variable.js';

/** Most names in the message. */
const NAMED = 3;

/**
 * Warns that a later step brought only variables that its optimizer had never seen. Mostly that is a mistake:
 * `w = step(w)` brings a new array each time, and so moments of zero.
 */
export function warnOfNewVariables(variables: readonly Variable[], label: Label): void {
  warn('ADAMAX_NEW_VARIABLES', () => {
    const names = variables.slice(0, NAMED).map(label);
    if (variables.length > NAMED) names.push('…');
    return {
      message: `All variables of a later step were new to the optimizer (${names.join(', ')}): their moments begin at zero.`,
      detail: 'A parameter that moves keeps its moments if it is a Variable that is given the other array by rebind().',
    };
  });
}
