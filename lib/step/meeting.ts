import { doneAtOnce } from './aggregation.js';
import type { StepHooks } from './hooks.js';
import type { Eventually, Failure } from './outcome.js';
import type { StepPairs } from './step-pairs.js';
import { INSIDE, type Turn } from './turn.js';

/** How each step meets those who take part in it from outside: once, well or with the error that ended it before. */
export class Meeting {
  readonly #hooks: () => StepHooks | null;
  readonly #pairs: StepPairs;
  readonly #turn: Turn;
  #hasMet = false;

  /** @param hooks - gives those of the step under way */
  constructor(hooks: () => StepHooks | null, pairs: StepPairs, turn: Turn) {
    this.#hooks = hooks;
    this.#pairs = pairs;
    this.#turn = turn;
  }

  /** Has the step meet others, once: with what ended it before, or null. */
  meet(failure: Failure | null, atOnce: boolean): Eventually<void> {
    const hooks = this.#hooks();
    if (hooks?.meet === undefined) return;
    this.#hasMet = true;
    return hooks.meet(this.#pairs, failure, atOnce);
  }

  /** The error that ends a step, when the others have heard of it. */
  failed(error: unknown): unknown {
    if (this.#hasMet) return error;
    try {
      doneAtOnce(this.meet({ error }, true));
    } catch (other) {
      return other;
    }
    return error;
  }

  /** The same off the event loop. */
  async failedLater(error: unknown): Promise<unknown> {
    if (this.#hasMet) return error;
    try {
      await this.away(() => this.meet({ error }, false));
    } catch (other) {
      return other;
    }
    return error;
  }

  /** Lets those who were met go, if any were. */
  leave(): void {
    if (!this.#hasMet) return;
    this.#hasMet = false;
    this.#hooks()?.leave?.();
  }

  /** What a hook does, where it may take time. */
  away<T>(body: () => Eventually<T>): Eventually<T> {
    const result = this.#turn[INSIDE](body);
    this.#turn.goAway();
    return result;
  }
}
