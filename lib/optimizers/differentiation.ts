import { describe, rangeError, typeError, wrongType } from '../arguments/errors.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { toVariable } from '../variables/variable-like.js';
import type { Leaf } from './engine.js';
import { checkLoss, type Evaluation, isThenable, notAPromise } from './loss.js';
import type { LossTask } from './loss-task.js';

/**
 * One call of an engine, held to its contract: the loss once, and the variables after it. Otherwise a list of variables
 * that the loss makes would be incomplete, and nobody would know.
 */
export class Differentiation {
  readonly #task: LossTask;
  #state: 'new' | 'evaluating' | 'evaluated' = 'new';
  #variables: readonly Variable[] | null = null;

  constructor(task: LossTask) {
    this.#task = task;
  }

  /** What the engine calls as the loss. */
  readonly loss = (leaf: Leaf<unknown>): unknown => {
    const value = this.#begin(leaf);
    if (isThenable(value)) throw notAPromise(this.#task.method, value);
    this.#state = 'evaluated';
    return value;
  };

  /** The same where the loss may return a promise. */
  readonly lossAsync = async (leaf: Leaf<unknown>): Promise<unknown> => {
    const value = await this.#begin(leaf);
    this.#state = 'evaluated';
    return value;
  };

  /** What the engine calls for the variables. */
  readonly variables = (): readonly Variable[] => {
    if (this.#state !== 'evaluated') throw broken('ask for variables after the loss', 'a call before it');
    this.#variables ??= this.#task.variables();
    return this.#variables;
  };

  /** The loss and the pairs of a step, of what the engine returned. */
  end(result: unknown): Evaluation {
    if (this.#state !== 'evaluated') throw broken('call the loss', 'a result without');
    const variables = this.variables();
    if (typeof result !== 'object' || result === null) throw broken('return { loss, gradients }', describe(result));
    const { loss, gradients } = result as Readonly<Record<string, unknown>>;
    if (!Array.isArray(gradients)) throw wrongType('gradients of the engine', 'an array', gradients);
    if (gradients.length !== variables.length) {
      const expected = `${variables.length} items, one for each variable`;
      throw rangeError(
        'ERR_ADAMAX_LENGTH',
        `gradients of the engine must have ${expected}: received ${gradients.length}`,
      );
    }
    return {
      loss: checkLoss('loss of the engine', loss),
      pairs: variables.map((variable, i) => [gradients[i] as Gradient, variable]),
    };
  }

  #begin(leaf: unknown): unknown {
    if (this.#state !== 'new') throw broken('call the loss once', 'a second call');
    this.#state = 'evaluating';
    if (typeof leaf !== 'function') throw broken('call the loss with a function for its leaves', describe(leaf));
    return this.#task.loss((target) => leaf(toVariable('leaf', target, this.#task.adopt)));
  }
}

function broken(contract: string, received: string): TypeError {
  return typeError('ERR_ADAMAX_ENGINE', `engine must ${contract}: received ${received}`);
}
