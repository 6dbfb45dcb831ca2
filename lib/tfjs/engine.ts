import type { Tensor } from '@tensorflow/tfjs-core';
import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import type { Differentiated, GradientEngine } from '../optimizers/engine.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';
import { differentiate, type Source } from './differentiate.js';
import type { Masters } from './masters.js';
import type { Tfjs } from './namespace.js';
import { nestedNumbers } from './nested-numbers.js';
import { checkAlive } from './recognition.js';
import type { Tables } from './tables.js';

/** TensorFlow.js as the engine of `minimize`, `getGradients` and `getUpdates`. */
export function createEngine(tf: Tfjs, masters: Masters, tables: Tables): GradientEngine<Tensor> {
  return {
    adopt: (target) => masters.find(target),
    differentiate(loss, variables, gradLoss) {
      let found: Differentiated = { gradients: [] };
      // TensorFlow.js would look for tensors in what is returned, element by element.
      tf.tidy(() => {
        found = new Evaluation(tf, masters, tables).differentiate(loss, variables, gradLoss);
      });
      return found;
    },
    commit: (variables) => masters.commit(variables),
  };
}

type Differentiate = GradientEngine<Tensor>['differentiate'];

/** One call of the engine. */
class Evaluation {
  readonly #tf: Tfjs;
  readonly #masters: Masters;
  readonly #tables: Tables;
  readonly #leaves = new Map<Variable, Tensor>();

  constructor(tf: Tfjs, masters: Masters, tables: Tables) {
    this.#tf = tf;
    this.#masters = masters;
    this.#tables = tables;
  }

  differentiate(
    loss: Parameters<Differentiate>[0],
    variables: Parameters<Differentiate>[1],
    gradLoss: unknown,
  ): Differentiated {
    const tf = this.#tf;
    const weights = gradLoss === undefined ? undefined : weightsOf(tf, gradLoss);
    const before = tf.scalar(0);
    let list: readonly Variable[] = [];
    const evaluate = () => {
      const value: unknown = loss((variable) => this.#leaf(variable));
      if (!(value instanceof tf.Tensor)) throw wrongType('loss()', 'a tensor of TensorFlow.js', value);
      list = variables();
      const sources = list.map((variable) => this.#source(variable));
      const isOld = value.id < before.id && !sources.some(({ tensor }) => tensor === value);
      if (isOld) throw typeError('ERR_ADAMAX_TFJS', `${OUTSIDE}: received a tensor from before`);
      if (weights !== undefined) checkShape(weights, value);
      return { value, sources };
    };
    const { value, gradients } = differentiate(tf, this.#tables, evaluate, weights);
    const found = gradients.map((gradient, i) => {
      if (!(gradient instanceof IndexedSlices)) return gradient && floatsOf(tf, gradient);
      const target = this.#masters.targetOf(list[i]);
      if (target !== undefined) this.#tables.house(target);
      return gradient;
    });
    return { loss: tf.sum(value).dataSync()[0], gradients: found };
  }

  /** The tensor of a variable: that of TensorFlow.js which it stands for, or one that is made for it. */
  #leaf(variable: Variable): Tensor {
    const tensor = this.#masters.targetOf(variable) ?? this.#leaves.get(variable) ?? this.#made(variable);
    this.#leaves.set(variable, tensor);
    return tensor;
  }

  #made({ data, shape }: Variable): Tensor {
    return this.#tf.tensor(data.slice(), [...shape]);
  }

  #source(variable: Variable): Source {
    const target = this.#masters.targetOf(variable);
    const isDense = variable.constraint !== null || this.#masters.findMaster(variable)?.constraint != null;
    const tensor = target ?? this.#leaves.get(variable);
    return { table: target ?? variable, tensor, shape: variable.shape, isDense };
  }
}

const OUTSIDE = 'the loss must be computed by the function, where TensorFlow.js records it';

function weightsOf(tf: Tfjs, gradLoss: unknown): Tensor {
  if (gradLoss instanceof tf.Tensor) {
    checkAlive('gradLoss', gradLoss);
    return tf.cast(gradLoss, 'float32');
  }
  const { values, shape } = nestedNumbers('gradLoss', gradLoss, 'a tensor or numbers');
  return tf.tensor(values as number[], [...shape], 'float32');
}

function checkShape(weights: Tensor, value: Tensor): void {
  if (equalShapes(weights.shape, value.shape)) return;
  const expected = `gradLoss must be ${formatShape(value.shape)}, as the loss`;
  throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received ${formatShape(weights.shape)}`);
}

/** What a gradient holds; a copy where others hold the same array, which the caller may write. */
function floatsOf(tf: Tfjs, gradient: Tensor): Float32Array {
  const values = gradient.dataSync();
  if (!(values instanceof Float32Array)) return Float32Array.from(values);
  return tf.engine().backend.refCount(gradient.dataId) > 1 ? values.slice() : values;
}
