import { doneAtOnce } from './aggregation.js';
import type { StepHooks } from './hooks.js';
import type { Eventually, Failure } from './outcome.js';
import type { StepPairs } from './step-pairs.js';
import { INSIDE, type Turn } from './turn.js';

/** How each step meets those who take part in it from outside: once, well or with the error that ended it before. */
export class Meeting {
  /** What takes part from outside of the optimizer; null for nothing. */
  hooks: StepHooks | null = null;
  readonly #pairs: StepPairs;
  readonly #turn: Turn;
  #hasMet = false;

  constructor(pairs: StepPairs, turn: Turn) {
    this.#pairs = pairs;
    this.#turn = turn;
  }

  /** The hooks, if a step has its gradients from them. */
  get aggregator(): Required<Pick<StepHooks, 'aggregate'>> | null {
    if (this.hooks?.aggregate === undefined) return null;
    return this.hooks as Required<Pick<StepHooks, 'aggregate'>>;
  }

  /** Whether nobody has a say in a step before it runs. */
  get isAlone(): boolean {
    return this.hooks === null || (this.hooks.meet === undefined && this.aggregator === null);
  }

  /** Has the step meet others, once: with what ended it before, or null. */
  meet(failure: Failure | null, atOnce: boolean): Eventually<void> {
    if (this.hooks?.meet === undefined) return;
    this.#hasMet = true;
    return this.hooks.meet(this.#pairs, failure, atOnce);
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
    this.hooks?.leave?.();
  }

  /** What a hook does, where it may take time. */
  away<T>(body: () => Eventually<T>): Eventually<T> {
    const result = this.#turn[INSIDE](body);
    this.#turn.goAway();
    return result;
  }
}
