import { rangeError, wrongType } from '../arguments/errors.js';
import { checkCallable } from '../arguments/options.js';
import { abandon, isThenable } from '../arguments/promises.js';
import { types } from '../memory/node-util.js';
import { DIFFERENTIATED, gradientLabel } from '../step/pair-labels.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { toVariable } from '../variables/variable-like.js';
import { Differentiation } from './differentiation.js';
import { brokenContract } from './engine.js';
import { checkLoss, type Evaluation, type LossResult, paired, takesTime } from './loss.js';
import type { LossTask } from './loss-task.js';

const EXPECTED = 'an array, a Map, or a function that returns one';

/** Evaluates a loss once, then pairs each variable with its gradient. Keras: `Optimizer._compute_gradients`. */
export function evaluate(task: LossTask): Evaluation {
  const { engine, method, gradLoss } = task;
  if (engine !== null) {
    const call = new Differentiation(task);
    try {
      const result: unknown = engine.differentiate(call.loss, call.variables, gradLoss);
      if (!isThenable(result)) return call.end(result);
      abandon(result);
      throw brokenContract('return from differentiate what it found out', 'a promise of it');
    } catch (error) {
      throw call.cause(error);
    } finally {
      call.close();
    }
  }
  const result = task.loss(noLeaf);
  if (isThenable(result)) throw takesTime('loss()', method, result);
  const { loss, gradients } = checkResult(result);
  if (isThenable(gradients)) throw takesTime('gradients of loss()', method, gradients);
  const variables = task.variables();
  const found = gradientsFor(gradients, variables, gradLoss);
  if (isThenable(found)) throw takesTime('gradients of loss()', method, found);
  return { loss, pairs: pairs(found, variables, task) };
}

/** The same where a loss may return a promise, or its gradients may be one. */
export async function evaluateAsync(task: LossTask): Promise<Evaluation> {
  const { engine, gradLoss } = task;
  if (engine !== null) {
    if (engine.differentiateAsync === undefined) return evaluate(task);
    const call = new Differentiation(task);
    try {
      return call.end(await engine.differentiateAsync(call.lossAsync, call.variables, gradLoss));
    } catch (error) {
      throw call.cause(error);
    } finally {
      call.close();
    }
  }
  const { loss, gradients } = checkResult(await task.loss(noLeaf));
  const variables = task.variables();
  return { loss, pairs: pairs(await gradientsFor(await gradients, variables, gradLoss), variables, task) };
}

/**
 * Returns the pairs after a check that each has a gradient.
 * @param needs - which variables need one
 * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS`
 */
export function withoutGaps(
  pairs: Evaluation['pairs'],
  needs: (variable: Variable) => boolean,
): readonly [Gradient, Variable][] {
  for (const [i, [gradient, variable]] of pairs.entries()) {
    if ((gradient !== null && gradient !== undefined) || !needs(variable)) continue;
    const expected = `${gradientLabel(DIFFERENTIATED, i, variable)} must exist`;
    throw rangeError('ERR_ADAMAX_NO_GRADIENTS', `${expected}: received ${gradient}`);
  }
  return pairs;
}

function noLeaf(): never {
  throw wrongType('engine', 'given for a loss that calls its leaf', null);
}

function checkResult(result: unknown): { loss: number | undefined; gradients: LossResult['gradients'] } {
  if (typeof result !== 'object' || result === null || !('gradients' in result)) {
    throw wrongType('loss()', 'an object with gradients, since there is no engine', result);
  }
  const { loss, gradients } = result as LossResult;
  // Whoever waits for it hears of its failure all the same.
  abandon(gradients);
  return { loss: checkLoss('loss of loss()', loss), gradients };
}

/** What a loss says of its gradients, once it knows the variables. */
function gradientsFor(gradients: unknown, variables: readonly Variable[], gradLoss: unknown): unknown {
  if (typeof gradients === 'function') {
    checkCallable('gradients of loss()', gradients, EXPECTED);
    return gradients([...variables] as never, gradLoss as never);
  }
  if (gradLoss === undefined) return gradients;
  throw wrongType('gradients of loss()', 'a function where gradLoss is given', gradients);
}

function pairs(found: unknown, variables: readonly Variable[], task: LossTask): [Gradient, Variable][] {
  const list = types.isMap(found) ? fromMap(found, variables, task) : found;
  return paired('gradients of loss()', EXPECTED, variables, list);
}

/** The gradients of variables out of a map, whose keys stand for the same variables as they do in a list. */
function fromMap(map: ReadonlyMap<unknown, unknown>, variables: readonly Variable[], task: LossTask): unknown[] {
  const found = new Map<Variable, unknown>();
  for (const [key, gradient] of map) found.set(toVariable('keys of gradients of loss()', key, task.adopt), gradient);
  return variables.map((variable) => found.get(variable) ?? map.get(variable.data) ?? null);
}
