import { typeError } from '../arguments/errors.js';
import type { Backend, Clipping } from '../backend/backend.js';
import { backend } from '../backend/choose-backend.js';
import type { Rule } from '../backend/rule.js';
import type { VariableStates } from '../state/variable-states.js';
import { projectedAfter, projectedAfterAsync } from './constraints.js';
import { checkNotInFlight, enter, leave } from './in-flight.js';
import { Plan } from './step-list.js';
import type { Pairs } from './step-pairs.js';

/**
 * From this many elements on a step that need not block leaves the event loop. Below, the way to another thread and
 * back takes about as long as the step: measured some 70 µs, against 0.1 to 0.2 ns an element.
 */
const WORTH_LEAVING = 2 ** 19;

/** Takes the steps of one optimizer: all or nothing, at once or off the event loop. */
export class Stepper {
  readonly #rule: Rule;
  readonly #scalars: Float32Array;
  readonly #states: VariableStates;
  readonly #clipping: Clipping;
  #plan: Plan | null = null;
  #backend: Backend | null = null;
  #running = false;

  constructor(rule: Rule, scalars: Float32Array, states: VariableStates, clipping: Clipping) {
    this.#rule = rule;
    this.#scalars = scalars;
    this.#states = states;
    this.#clipping = clipping;
  }

  /** @throws TypeError `ERR_ADAMAX_BUSY` while a step is off the event loop */
  checkIdle(method: string): void {
    if (!this.#running) return;
    throw typeError(
      'ERR_ADAMAX_BUSY',
      `${method} must wait for the promise of applyGradientsAsync: received a call before it settled`,
    );
  }

  /** Takes one step, with the scalars that have been written, and counts it. */
  step(pairs: Pairs): void {
    if (pairs.resolved) {
      this.#stepResolved(pairs);
    } else {
      const creation = this.#states.creation();
      try {
        pairs.resolve(creation.stateOf);
        this.#stepResolved(pairs);
      } catch (error) {
        creation.undo();
        throw error;
      }
      creation.keep();
      pairs.resolved = true;
    }
    this.#states.counter.increment();
  }

  /** The same off the event loop, where that is worth the way. */
  async stepAsync(pairs: Pairs): Promise<void> {
    const plan = this.#currentPlan();
    if (!plan.canLeave || pairs.elements < WORTH_LEAVING) {
      this.step(pairs);
      return;
    }
    const creation = this.#states.creation();
    try {
      pairs.resolve(creation.stateOf);
      await this.#away(plan, pairs);
    } catch (error) {
      creation.undo();
      throw error;
    } finally {
      // Not before all is undone: others may be called between two turns of this function.
      this.#running = false;
    }
    creation.keep();
    pairs.resolved = true;
    this.#states.counter.increment();
  }

  #stepResolved(pairs: Pairs): void {
    checkNotInFlight(pairs);
    const { states, gradients, changed } = pairs;
    const plan = this.#currentPlan();
    if (!pairs.constrained) plan.step(states, gradients, changed, this.#clipping);
    else projectedAfter(states, () => plan.step(states, gradients, changed, this.#clipping));
  }

  async #away(plan: Plan, pairs: Pairs): Promise<void> {
    const { states, gradients } = pairs;
    checkNotInFlight(pairs);
    this.#running = true;
    enter(pairs);
    try {
      const step = () => plan.stepAsync(states, gradients, this.#clipping);
      await (pairs.constrained ? projectedAfterAsync(states, step) : step());
    } finally {
      leave(pairs);
    }
  }

  #currentPlan(): Plan {
    const current = backend();
    if (this.#plan === null || this.#backend !== current) {
      this.#plan = new Plan(current, this.#rule, this.#scalars, this.#states.written, this.#states.slotDtype);
      this.#backend = current;
    }
    return this.#plan;
  }
}
