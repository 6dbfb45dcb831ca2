import { warn } from '../arguments/warn.js';
import { type Label, listed } from '../state/labels.js';
import { formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';

/**
 * So many steps in a row with only new variables are a sign of a mistake. The first step of a training is one of them, and
 * programs that take turns over two lists, as those of two networks that play against each other, begin with two.
 */
const SIGN = 3;

/**
 * Warns, once, where step after step brings only variables that their optimizer had never seen, of the same shapes. Mostly
 * that is a mistake: `w = step(w)` brings a new array each time, and so moments of zero. A list that comes back, or that was
 * stepped more than once, is no such mistake, nor are lists of several layers, one after the other.
 */
export class NewVariables {
  #steps = 0;
  /** The number of steps at the last one of them. */
  #count = 0;
  #shapes = '';
  #isWarned = false;

  /**
   * Takes note of a step with only new variables. Never throws, since the step has been taken.
   * @param count - the number of steps with this one
   */
  note(variables: readonly Variable[], label: Label, count: number): void {
    if (this.#isWarned) return;
    try {
      const shapes = variables.map(({ shape }) => formatShape(shape)).join();
      const goesOn = count === this.#count + 1 && shapes === this.#shapes;
      this.#steps = goesOn ? this.#steps + 1 : 1;
      this.#count = count;
      this.#shapes = shapes;
    } catch {
      // A program may have replaced what the shapes are put together by.
      return;
    }
    if (this.#steps < SIGN) return;
    this.#isWarned = true;
    warn('ADAMAX_NEW_VARIABLES', () => {
      const list = listed(variables, label);
      return {
        message: `All variables of ${SIGN} steps in a row were new to the optimizer (${list}): their moments begin at zero.`,
        detail:
          'A parameter that moves keeps its moments if it is a Variable that is given the other array by rebind().',
      };
    });
  }
}
