import { warn } from '../arguments/warn.js';
import { type Label, listed } from '../state/labels.js';
import type { Variable } from '../variables/variable.js';

/**
 * Warns that a later step brought only variables that its optimizer had never seen. Mostly that is a mistake:
 * `w = step(w)` brings a new array each time, and so moments of zero.
 */
export function warnOfNewVariables(variables: readonly Variable[], label: Label): void {
  warn('ADAMAX_NEW_VARIABLES', () => {
    const list = listed(variables, label);
    return {
      message: `All variables of a later step were new to the optimizer (${list}): their moments begin at zero.`,
      detail: 'A parameter that moves keeps its moments if it is a Variable that is given the other array by rebind().',
    };
  });
}
