import { typeError, wrongType } from '../arguments/errors.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import type { VariableLike } from '../variables/variable-like.js';
import type { VariableList } from '../variables/variable-list.js';
import type { EngineVariables, Leaf } from './engine.js';

/**
 * What a loss returns where no engine differentiates it: it brings its own gradients.
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

/**
 * A loss to minimize, evaluated once, at the variables' present values. With an engine it returns what the engine computes
 * with, and reads variables of this package by `leaf`; without one it returns a `LossResult`.
 */
// biome-ignore lint/suspicious/noExplicitAny: what an engine computes with is its own business
export type Loss<T = any> = (leaf: Leaf<T>) => T;

/** A variable, an array that stands for one, or a variable of an engine. */
export type Target = VariableLike | EngineVariables[keyof EngineVariables];

/**
 * Variables to update: one, any iterable of them, iterables of iterables; or a function that lists them and is asked after
 * the loss, which may create them.
 */
export type VarList = VariableList<Target> | (() => VariableList<Target>);

/** What came of a loss. */
export interface Evaluation {
  readonly loss: number | undefined;
  readonly pairs: [Gradient, Variable][];
}

/** The value of a loss, if it is one. */
export function checkLoss(argument: string, loss: unknown): number | undefined {
  if (loss === undefined || loss === null) return undefined;
  if (typeof loss !== 'number') throw wrongType(argument, 'a number', loss);
  return loss;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** The error for a promise where nobody waits, and nobody is left to hear of its failure either. */
export function notAPromise(method: string, promise: PromiseLike<unknown>): TypeError {
  promise.then(undefined, () => {});
  return typeError(
    'ERR_ADAMAX_ARG_TYPE',
    `loss() must not take time in ${method} (minimizeAsync waits for it): received a promise`,
  );
}
