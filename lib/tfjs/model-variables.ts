import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import { wrongType } from '../arguments/errors.js';
import type { Variable } from '../variables/variable.js';
import { isLayerVariable, type Masters } from './masters.js';
import type { TfjsVariable } from './namespace.js';

/** What has variables: a model or a layer, a variable, or lists of all that. */
export type VariableSource = { readonly weights: readonly TfjsVariable[] } | TfjsVariable | Iterable<VariableSource>;

/**
 * The Variables that stand for the variables of a model, by the names that these have in the model's own files: that a
 * model which is loaded twice has its second variables called `…_1` makes no difference.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`
 */
export function variablesOf(masters: Masters, source: VariableSource): Record<string, Variable> {
  const named: Record<string, Variable> = {};
  for (const target of targetsOf(source)) {
    const variable = masters.find(target);
    if (variable === undefined) throw wrongType('model', 'a model, a layer, or variables of TensorFlow.js', target);
    if (Object.values(named).includes(variable)) continue;
    const name = isLayerVariable(target) ? target.originalName : (target as TfVariable).name;
    named[name in named ? variable.name : name] = variable;
  }
  return named;
}

/** What a source lists, one after the other, whatever it is. */
export function* targetsOf(source: unknown): Generator<unknown> {
  if (typeof source === 'object' && source !== null) {
    if ('weights' in source && Array.isArray(source.weights)) {
      yield* source.weights;
      return;
    }
    if (Symbol.iterator in source && !ArrayBuffer.isView(source)) {
      for (const item of source as Iterable<unknown>) yield* targetsOf(item);
      return;
    }
  }
  yield source;
}
