import { rangeError, wrongType } from '../arguments/errors.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { toVariables, type VariableLike } from '../variables/variable-like.js';

/**
 * What a loss returns: this package computes no derivatives, so a loss brings its own.
 *
 * `gradients` is a list in the order of the variables; a map from variables to gradients; or a function of the variables
 * and `gradLoss` (a vector-Jacobian product, as reverse-mode automatic differentiation has it) that returns such a list.
 */
export interface LossResult {
  readonly loss?: number;
  readonly gradients:
    | readonly Gradient[]
    | ReadonlyMap<VariableLike, Gradient>
    | ((variables: readonly Variable[], gradLoss: unknown) => readonly Gradient[]);
}

/** A loss to minimize: evaluated once, at the variables' present values. */
export type Loss = () => LossResult;

/** Variables to update, or a function that lists them and is asked after the loss, which may create them. */
export type VarList = Iterable<VariableLike> | (() => Iterable<VariableLike>);

/** Evaluates the loss once, then pairs each variable with its gradient. Keras: `Optimizer._compute_gradients`. */
export function gradientsOf(loss: unknown, varList: unknown, gradLoss: unknown): [Gradient, Variable][] {
  if (typeof loss !== 'function') throw wrongType('loss', 'a function', loss);
  const result: unknown = (loss as Loss)();
  if (typeof result !== 'object' || result === null || !('gradients' in result)) {
    throw wrongType('loss()', 'an object with gradients', result);
  }
  const variables = toVariables('varList', typeof varList === 'function' ? varList() : varList);
  const { gradients } = result as LossResult;
  if (gradLoss !== undefined && typeof gradients !== 'function') {
    throw wrongType('gradients of loss()', 'a function, since gradLoss is given,', gradients);
  }
  if (gradients instanceof Map) return variables.map((variable) => [lookUp(gradients, variable), variable]);
  const list: unknown = typeof gradients === 'function' ? gradients(variables, gradLoss) : gradients;
  if (!Array.isArray(list)) throw wrongType('gradients of loss()', 'an array, a Map or a function', list);
  if (list.length !== variables.length) {
    const expected = `${variables.length} items, one for each variable`;
    throw rangeError('ERR_ADAMAX_LENGTH', `gradients of loss() must have ${expected}: received ${list.length}`);
  }
  return variables.map((variable, i) => [list[i] as Gradient, variable]);
}

/** Returns the pairs after a check that each has a gradient. */
export function withoutGaps(pairs: [Gradient, Variable][]): [Gradient, Variable][] {
  for (const [gradient, variable] of pairs) {
    if (gradient !== null && gradient !== undefined) continue;
    const expected = `gradient of '${variable.name}' must exist`;
    throw rangeError('ERR_ADAMAX_NO_GRADIENTS', `${expected}: received ${gradient}`);
  }
  return pairs;
}

function lookUp(gradients: ReadonlyMap<VariableLike, Gradient>, variable: Variable): Gradient {
  return gradients.get(variable) ?? gradients.get(variable.data) ?? null;
}
