import { describe } from '../arguments/errors.js';
import { abandon, isThenable } from '../arguments/promises.js';
import type { Variable } from '../variables/variable.js';
import { toVariable } from '../variables/variable-like.js';
import { brokenContract } from './engine.js';
import { checkLoss, type Evaluation, paired, takesTime } from './loss.js';
import type { LossTask } from './loss-task.js';

/**
 * One call of an engine, held to its contract: the loss once, the variables after it, and neither when the call is
 * over. Otherwise a list of variables that the loss makes would be incomplete, and nobody would know. What the engine
 * catches of that is thrown all the same.
 */
export class Differentiation {
  readonly #task: LossTask;
  #state: 'new' | 'evaluating' | 'evaluated' | 'over' = 'new';
  #variables: readonly Variable[] | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(task: LossTask) {
    this.#task = task;
  }

  /** What the engine calls as the loss. */
  readonly loss = (leaf: unknown): unknown =>
    this.#noting(() => {
      const value = this.#begin(leaf);
      if (isThenable(value)) throw this.#takesTime(value);
      this.#state = 'evaluated';
      return value;
    });

  /** The same where the loss may return a promise. */
  readonly lossAsync = (leaf: unknown): Promise<unknown> => {
    const evaluated = this.#evaluateAsync(leaf);
    // An engine that does not wait for the loss hears of its failure from `end`.
    abandon(evaluated);
    return evaluated;
  };

  async #evaluateAsync(leaf: unknown): Promise<unknown> {
    try {
      const value = await this.#begin(leaf);
      if (this.#state === 'evaluating') this.#state = 'evaluated';
      return value;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  /** What the engine calls for the variables. */
  readonly variables = (): readonly Variable[] => this.#noting(() => [...this.#list()]);

  /** The loss and the pairs of a step, of what the engine returned. */
  end(result: unknown): Evaluation {
    this.#checkFailure();
    if (this.#state === 'new') throw brokenContract('call the loss', 'a result without a call');
    if (this.#state === 'evaluating') throw brokenContract('wait for the loss', 'a result before it was there');
    const variables = this.#list();
    if (typeof result !== 'object' || result === null) {
      throw brokenContract('return { loss, gradients }', describe(result));
    }
    const { loss, gradients } = result as Readonly<Record<string, unknown>>;
    abandon(gradients);
    // To read them may have run code of the engine.
    this.#checkFailure();
    return {
      loss: checkLoss('loss of the engine', loss),
      pairs: paired('gradients of the engine', 'an array', variables, gradients),
    };
  }

  #checkFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  /** What to throw where the engine threw an error: what came first, since the rest may come of it. */
  cause(error: unknown): unknown {
    return this.#failure === null ? error : this.#failure.error;
  }

  /** Says that the engine has returned, so that nothing it kept has an effect any more. */
  close(): void {
    this.#state = 'over';
  }

  #list(): readonly Variable[] {
    if (this.#state === 'over') throw brokenContract('ask for variables before it returns', 'a call after that');
    if (this.#state !== 'evaluated') throw brokenContract('ask for variables after the loss', 'a call before it');
    this.#variables ??= this.#task.variables();
    return this.#variables;
  }

  #begin(leaf: unknown): unknown {
    if (this.#state === 'over') throw brokenContract('call the loss before it returns', 'a call after that');
    if (this.#state !== 'new') throw brokenContract('call the loss once', 'a second call');
    this.#state = 'evaluating';
    if (typeof leaf !== 'function')
      throw brokenContract('call the loss with a function for its leaves', describe(leaf));
    return this.#task.loss((target) => leaf(toVariable('leaf', target, this.#task.adopt)));
  }

  #takesTime(value: PromiseLike<unknown>): TypeError {
    const { method } = this.#task;
    if (method !== 'minimizeAsync') return takesTime('loss()', method, value);
    abandon(value);
    return brokenContract('have a method differentiateAsync for a loss that takes time', 'one without');
  }

  #noting<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }
}
