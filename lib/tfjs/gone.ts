import type { Optimizer } from '../optimizers/optimizer.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import type { Masters } from './masters.js';

/** What TensorFlow.js calls a variable that nobody has named: by a number that does not come again. */
const NUMBERED = /^\d+$/;

/** An optimizer with fewer variables is not looked through. */
const FEW = 64;

/**
 * Has an optimizer let go of the slots of variables that were disposed of. One with a name may come back under it, as when a
 * model is loaded again, and goes on with its slots; one without never does.
 */
export class Gone {
  readonly #core: Optimizer;
  readonly #masters: Masters;
  #limit = FEW;

  constructor(core: Optimizer, masters: Masters) {
    this.#core = core;
    this.#masters = masters;
  }

  /** Looks for them once there are twice as many variables as were left last time, so that a step takes no longer for it. */
  release(): void {
    const states = statesOf(this.#core);
    if (states.size <= this.#limit) return;
    const isGone = (name: string, isDisposed: boolean | undefined) => isDisposed === true && NUMBERED.test(name);
    const gone = states.variables.filter((one) => isGone(one.name, this.#masters.targetOf(one)?.isDisposed));
    if (gone.length > 0) this.#core.release(gone);
    this.#limit = Math.max(FEW, 2 * states.size);
  }
}
