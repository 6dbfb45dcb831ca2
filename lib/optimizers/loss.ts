import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import { abandon } from '../arguments/promises.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import type { VariableLike } from '../variables/variable-like.js';
import type { VariableList } from '../variables/variable-list.js';
import type { Leaf, VariableTarget } from './engine.js';

/** Gradients of variables: a list in their order, or a map from them. */
export type GradientList = readonly (Gradient | undefined)[] | ReadonlyMap<VariableLike, Gradient | undefined>;

/**
 * What a loss returns where no engine differentiates it: it brings its own gradients, or a function of the variables
 * and `gradLoss` (a vector-Jacobian product, as reverse-mode automatic differentiation has it) that returns them.
 * Promises of them are for `minimizeAsync`.
 */
export interface LossResult {
  /** Its value, for `lastLoss`; a loss need not tell it. */
  readonly loss?: number;
  /** Gradients of the variables, or what gives them, or a promise of that. */
  readonly gradients:
    | GradientList
    | PromiseLike<GradientList>
    | ((variables: readonly Variable[], gradLoss: unknown) => GradientList | PromiseLike<GradientList>);
}

/**
 * A loss to minimize, evaluated once, at the variables' present values. With an engine it returns what the engine
 * computes with, and reads variables of this package by `leaf`; without one it returns a `LossResult`.
 */
// biome-ignore lint/suspicious/noExplicitAny: what an engine computes with is its own business
export type Loss<T = any> = (leaf: Leaf<T>) => T;

/**
 * Variables to update: one, any iterable of them, nested arrays of those; or a function that lists them and is asked
 * after the loss, which may create them.
 */
export type VarList = VariableList<VariableTarget> | (() => VariableList<VariableTarget>);

/** What came of a loss. */
export interface Evaluation {
  readonly loss: number | undefined;
  readonly pairs: readonly [Gradient, Variable][];
}

/** The value of a loss, if it is one. */
export function checkLoss(argument: string, loss: unknown): number | undefined {
  if (loss === undefined || loss === null) return undefined;
  if (typeof loss !== 'number') throw wrongType(argument, 'a number', loss);
  return loss;
}

/** Each variable with its gradient, from a list in their order. */
export function paired(
  argument: string,
  expected: string,
  variables: readonly Variable[],
  list: unknown,
): [Gradient, Variable][] {
  if (!Array.isArray(list)) throw wrongType(argument, expected, list);
  if (list.length !== variables.length) {
    const items = `${variables.length} items, one for each variable`;
    throw rangeError('ERR_ADAMAX_LENGTH', `${argument} must have ${items}: received ${list.length}`);
  }
  return variables.map((variable, i) => {
    const gradient: unknown = list[i];
    // A promise is no gradient, which the step will say of the first of them.
    abandon(gradient);
    return [gradient as Gradient, variable];
  });
}

/** The error for a promise where nobody waits. */
export function takesTime(argument: string, method: string, promise: PromiseLike<unknown>): TypeError {
  abandon(promise);
  const expected = `${argument} must not take time in ${method} (minimizeAsync waits for it)`;
  return typeError('ERR_ADAMAX_ARG_TYPE', `${expected}: received a promise`);
}
