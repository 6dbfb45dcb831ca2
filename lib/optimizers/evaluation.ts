import { rangeError, wrongType } from '../arguments/errors.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import type { VariableLike } from '../variables/variable-like.js';
import { Differentiation } from './differentiation.js';
import { checkLoss, type Evaluation, isThenable, type LossResult, notAPromise } from './loss.js';
import type { LossTask } from './loss-task.js';

/** Evaluates a loss once, then pairs each variable with its gradient. Keras: `Optimizer._compute_gradients`. */
export function evaluate(task: LossTask): Evaluation {
  const { engine, gradLoss } = task;
  if (engine !== null) {
    const call = new Differentiation(task);
    const result: unknown = engine.differentiate(call.loss, call.variables, gradLoss);
    if (isThenable(result)) throw notAPromise(task.method, result);
    return call.end(result);
  }
  const result = task.loss(noLeaf);
  if (isThenable(result)) throw notAPromise(task.method, result);
  const { loss, gradients } = checkResult(result);
  const variables = task.variables();
  return { loss, pairs: paired(variables, listed(gradients, variables, gradLoss)) };
}

/** The same where a loss may return a promise, or its gradients may. */
export async function evaluateAsync(task: LossTask): Promise<Evaluation> {
  const { engine, gradLoss } = task;
  if (engine !== null) {
    if (engine.differentiateAsync === undefined) return evaluate(task);
    const call = new Differentiation(task);
    return call.end(await engine.differentiateAsync(call.lossAsync, call.variables, gradLoss));
  }
  const { loss, gradients } = checkResult(await task.loss(noLeaf));
  const variables = task.variables();
  return { loss, pairs: paired(variables, await listed(gradients, variables, gradLoss)) };
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

function noLeaf(): never {
  throw wrongType('engine', 'given for a loss that calls its leaf', undefined);
}

function checkResult(result: unknown): { loss: number | undefined; gradients: LossResult['gradients'] } {
  if (typeof result !== 'object' || result === null || !('gradients' in result)) {
    throw wrongType('loss()', 'an object with gradients, since there is no engine', result);
  }
  const { loss, gradients } = result as LossResult;
  return { loss: checkLoss('loss of loss()', loss), gradients };
}

/** The gradients of a loss that brings its own: a list, if it is one. */
function listed(gradients: LossResult['gradients'], variables: readonly Variable[], gradLoss: unknown): unknown {
  if (typeof gradients === 'function') return gradients(variables, gradLoss);
  if (gradLoss !== undefined) throw wrongType('gradients of loss()', 'a function, since gradLoss is given,', gradients);
  return gradients instanceof Map ? variables.map((variable) => lookUp(gradients, variable)) : gradients;
}

function paired(variables: readonly Variable[], list: unknown): [Gradient, Variable][] {
  if (!Array.isArray(list)) throw wrongType('gradients of loss()', 'an array, a Map or a function', list);
  if (list.length !== variables.length) {
    const expected = `${variables.length} items, one for each variable`;
    throw rangeError('ERR_ADAMAX_LENGTH', `gradients of loss() must have ${expected}: received ${list.length}`);
  }
  return variables.map((variable, i) => [list[i] as Gradient, variable]);
}

function lookUp(gradients: ReadonlyMap<VariableLike, Gradient>, variable: Variable): Gradient {
  return gradients.get(variable) ?? gradients.get(variable.data) ?? null;
}
