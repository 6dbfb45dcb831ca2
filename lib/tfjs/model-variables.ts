import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import { wrongType, wrongValue } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';
import { isVariable, type Variable } from '../variables/variable.js';
import type { Masters } from './masters.js';
import type { Tfjs, TfjsVariable } from './namespace.js';
import { disposed, isLayerVariable, variableHint } from './recognition.js';

/** What has variables: a model or a layer, a variable, or lists of all that. */
export type VariableSource =
  | {
      /** The variables of the model or layer. */
      readonly weights: readonly TfjsVariable[];
    }
  | TfjsVariable
  | Iterable<VariableSource>;

/** A list that contains itself would have no end. */
const DEEPEST = 100;

/**
 * The Variables that stand for the variables of a model, by the names that these have in the model's own files: that a
 * model which is loaded twice has its second variables called `…_1` makes no difference.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function variablesOf(tf: Tfjs, masters: Masters, source: VariableSource): Record<string, Variable> {
  const named: Record<string, Variable> = {};
  for (const target of targetsOf('model', source)) {
    const variable = masters.find(target);
    if (variable === undefined) {
      throw wrongType('model', `a model, a layer, or variables of TensorFlow.js${variableHint(tf, target)}`, target);
    }
    if (Object.values(named).includes(variable)) continue;
    const name = isLayerVariable(target) ? target.originalName : (target as TfVariable).name;
    named[name in named ? variable.name : name] = variable;
  }
  return named;
}

/**
 * Copies Variables to the variables that they stand for; those that stand for none have nothing to be copied to.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`: nothing was copied
 */
export function commit(masters: Masters, variables: Readonly<Record<string, Variable>>): void {
  if (!Array.isArray(variables)) checkRecord('variables', variables, 'an object of Variables by name');
  const entries = Object.entries(variables as object);
  for (const [name, variable] of entries) {
    if (!isVariable(variable)) throw wrongType(`variables.${name}`, 'a Variable as variablesOf gives it', variable);
    const target = masters.targetOf(variable as Variable);
    if (target?.isDisposed) throw disposed(target.name, target);
  }
  masters.commit(entries.map(([, variable]) => variable as Variable));
}

/**
 * What a source lists, one after the other, whatever it is.
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE` for a list that contains itself
 */
export function* targetsOf(argument: string, source: unknown, depth = 0): Generator<unknown> {
  const items = itemsOf(source);
  if (items === undefined) {
    yield source;
    return;
  }
  if (depth === DEEPEST) throw wrongValue(argument, `nested at most ${DEEPEST} deep`, source);
  for (const item of items) yield* targetsOf(argument, item, depth + 1);
}

function itemsOf(source: unknown): Iterable<unknown> | undefined {
  if (typeof source !== 'object' || source === null) return undefined;
  const { weights, [Symbol.iterator]: iterator } = source as { weights?: unknown; [Symbol.iterator]?: unknown };
  if (Array.isArray(weights)) return weights;
  return typeof iterator === 'function' && !ArrayBuffer.isView(source) ? (source as Iterable<unknown>) : undefined;
}
