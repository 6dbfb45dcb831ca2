import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { type Argument, textOf, typeError, wrongType } from '../arguments/errors.js';
import type { Tfjs } from './namespace.js';

/** Projects a variable to where it may be: a constraint of `tf.constraints`. */
export interface Constraint {
  apply(value: TfVariable): ReturnType<TfVariable['clone']>;
}

/** What is used of the variable of a layer. */
interface LayerVariable {
  readonly originalName: string;
  readonly constraint?: Constraint | null;
  /** What `read` returns, as long as it was not disposed of. */
  readonly val?: TfVariable;
  read(): TfVariable;
}

/** By what it has, since a class of another copy of TensorFlow.js is another class. */
export function isLayerVariable(target: unknown): target is LayerVariable {
  const { read, originalName } = Object(target) as Partial<LayerVariable>;
  return typeof read === 'function' && typeof originalName === 'string';
}

/**
 * The variable of TensorFlow.js that something is, or that it has as the variable of a layer; undefined for anything else.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for the variable of a layer that has been disposed of
 */
export function tfVariableOf(tf: Tfjs, target: unknown): TfVariable | undefined {
  if (target instanceof tf.Variable) return target as TfVariable;
  if (!isLayerVariable(target)) return undefined;
  // Read, it would throw an error of TensorFlow.js.
  if (target.val?.isDisposed) throw disposed(target.originalName, target);
  const variable: unknown = target.read();
  return variable instanceof tf.Variable ? (variable as TfVariable) : undefined;
}

/** The error for a variable that has been disposed of. */
export function disposed(name: string, target: unknown): TypeError {
  return wrongType(`'${name}'`, 'a variable that was not disposed of', target);
}

/** @throws TypeError `ERR_ADAMAX_DETACHED` */
export function checkAlive(argument: Argument, tensor: Tensor): void {
  if (!tensor.isDisposed) return;
  throw typeError('ERR_ADAMAX_DETACHED', `${textOf(argument)} must be there: received a tensor that was disposed of`);
}

/** What to do about a tensor where a variable is wanted: a few words that a message adds to what it expects. */
export function variableHint(tf: Tfjs, target: unknown): string {
  return target instanceof tf.Tensor ? ' (tf.variable makes one of a tensor)' : '';
}
