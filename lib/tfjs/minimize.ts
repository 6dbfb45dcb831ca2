import type { Scalar, Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { rangeError, wrongType } from '../arguments/errors.js';
import { checkBoolean, checkCallable } from '../arguments/options.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { formatShape } from '../variables/shape.js';
import { differentiate, type Source } from './differentiate.js';
import type { Masters } from './masters.js';
import { targetsOf } from './model-variables.js';
import type { Tfjs, TfjsVariable } from './namespace.js';
import { disposed, isLayerVariable, tfVariableOf, variableHint } from './recognition.js';
import type { Tables } from './tables.js';

/**
 * `minimize` in TensorFlow.js' own order, which `fit` calls: as that of its optimizers, but rows that were looked up have
 * sparse gradients.
 * @param apply - takes a step
 * @returns the loss, where `returnCost` is true
 */
export function minimize(
  tf: Tfjs,
  masters: Masters,
  tables: Tables,
  apply: (gradients: { name: string; tensor: unknown }[]) => void,
  f: () => Scalar,
  returnCost: boolean | null = false,
  varList: readonly TfjsVariable[] | null = null,
): Scalar | null {
  checkCallable('f', f);
  if (returnCost !== null) checkBoolean('returnCost', returnCost);
  let listed: readonly TfVariable[] = [];
  const evaluate = () => {
    const value: unknown = f();
    checkScalar(tf, value);
    listed = varList === null ? allOf(tf) : listedIn(tf, masters, varList);
    const sources = listed.filter(({ trainable }) => trainable).map((table) => sourceOf(masters, table));
    return { value, sources };
  };
  return tf.tidy(() => {
    const { value, gradients } = differentiate(tf, tables, evaluate);
    let next = 0;
    const named = listed.map((variable) => {
      const tensor = variable.trainable ? gradients[next++] : undefined;
      if (tensor instanceof IndexedSlices) tables.house(variable);
      return { name: variable.name, tensor };
    });
    // Without a list, all variables there are stand in one, of which most are none of this loss.
    apply(varList === null ? named.filter(({ tensor }) => tensor !== undefined) : named);
    return returnCost ? (value as Scalar) : (null as never);
  });
}

function allOf(tf: Tfjs): TfVariable[] {
  return Object.values(tf.engine().registeredVariables as Record<string, TfVariable>);
}

/** The variables of a list. One of a layer is no tensor, and its id may be that of a tensor that has nothing to do with it. */
function listedIn(tf: Tfjs, masters: Masters, varList: unknown): TfVariable[] {
  const listed: TfVariable[] = [];
  for (const target of targetsOf('varList', varList)) {
    const variable = tfVariableOf(tf, target);
    if (variable === undefined) {
      const path = target === varList ? 'varList' : `varList[${listed.length}]`;
      throw wrongType(path, `a variable of TensorFlow.js${variableHint(tf, target)}`, target);
    }
    if (variable.isDisposed) throw disposed(variable.name, target);
    listed.push(variable);
    // Takes note of the constraint of its layer.
    if (variable.trainable && isLayerVariable(target)) masters.findMaster(target);
  }
  if (listed.length === 0) throw rangeError('ERR_ADAMAX_NO_GRADIENTS', NONE);
  return listed;
}

const NONE = 'varList must list a variable (a layer has none before it is built or called): received none';

function sourceOf(masters: Masters, variable: TfVariable): Source {
  return {
    table: variable,
    tensor: variable,
    shape: variable.shape,
    // Only what is stepped is to have a master, which this asks for.
    get isDense() {
      return masters.masterOf(variable).constraint !== null;
    },
  };
}

function checkScalar(tf: Tfjs, value: unknown): asserts value is Tensor {
  if (!(value instanceof tf.Tensor)) throw wrongType('f()', 'a scalar of TensorFlow.js', value);
  if (value.rank === 0) return;
  throw rangeError('ERR_ADAMAX_SHAPE', `f() must be a scalar: received ${formatShape(value.shape)}`);
}
