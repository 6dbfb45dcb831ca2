import type { Tensor, TensorLike } from '@tensorflow/tfjs-core';
import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import type { Differentiated, GradientEngine } from '../optimizers/engine.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';
import { withCorrections } from './corrections.js';
import type { Masters } from './masters.js';
import type { Tfjs } from './namespace.js';
import { whyNot } from './refusal.js';
import { Tape } from './tape.js';

/** TensorFlow.js as the engine of `minimize`, `getGradients` and `getUpdates`. */
export function createEngine(tf: Tfjs, masters: Masters): GradientEngine<Tensor> {
  return {
    adopt: (target) => masters.find(target),
    differentiate(loss, variables, gradLoss) {
      let found: Differentiated = { gradients: [] };
      // TensorFlow.js would look for tensors in what is returned, element by element.
      tf.tidy(() => {
        found = differentiate(tf, masters, loss, variables, gradLoss);
      });
      return found;
    },
    commit: (variables) => masters.commit(variables),
  };
}

type Differentiate = GradientEngine<Tensor>['differentiate'];

/**
 * Calls `loss`, then `variables`, then differentiates: `gradients` of TensorFlow.js looks at the list of its sources only
 * when the function has run, which may fill it.
 */
function differentiate(
  tf: Tfjs,
  masters: Masters,
  loss: Parameters<Differentiate>[0],
  variables: Parameters<Differentiate>[1],
  gradLoss: unknown,
): Differentiated {
  const leaves = new Map<Variable, Tensor>();
  const leaf = (variable: Variable): Tensor => {
    const tensor =
      masters.targetOf(variable) ?? leaves.get(variable) ?? tf.tensor(variable.data.slice(), [...variable.shape]);
    leaves.set(variable, tensor);
    return tensor;
  };
  const weights = gradLoss === undefined ? undefined : weightsOf(tf, gradLoss);
  const before = tf.scalar(0);
  const sources: Tensor[] = [before];
  let isEvaluated = false;
  const evaluate = () => {
    const value: unknown = loss(leaf);
    if (!(value instanceof tf.Tensor)) throw wrongType('loss()', 'a tensor of TensorFlow.js', value);
    const list = variables();
    // A variable that the loss has not read is none of its inputs: neither is this scalar.
    sources.splice(0, 1, ...list.map((variable) => masters.targetOf(variable) ?? leaves.get(variable) ?? before));
    const isOld = value.id < before.id && !sources.includes(value);
    if (isOld) throw typeError('ERR_ADAMAX_TFJS', `${OUTSIDE}: received a tensor from before`);
    if (weights !== undefined) checkShape(weights, value);
    isEvaluated = true;
    return value;
  };
  const tape = Tape.of(tf);
  try {
    const { value, grads } = withCorrections(tf, () => tf.engine().gradients(evaluate, sources, weights, true));
    return { loss: sumOf(tf, value), gradients: grads.map((gradient) => gradient && floatsOf(tf, gradient)) };
  } catch (error) {
    tape.releaseFailed();
    throw isEvaluated ? whyNot(error) : error;
  }
}

const OUTSIDE = 'the loss must be computed by the function, where TensorFlow.js records it';

function weightsOf(tf: Tfjs, gradLoss: unknown): Tensor {
  if (gradLoss instanceof tf.Tensor) return tf.cast(gradLoss, 'float32');
  const isNumbers = typeof gradLoss === 'number' || Array.isArray(gradLoss) || ArrayBuffer.isView(gradLoss);
  if (!isNumbers) throw wrongType('gradLoss', 'a tensor or numbers', gradLoss);
  return tf.tensor(gradLoss as TensorLike, undefined, 'float32');
}

function checkShape(weights: Tensor, value: Tensor): void {
  if (equalShapes(weights.shape, value.shape)) return;
  const expected = `gradLoss must be ${formatShape(value.shape)}, as the loss`;
  throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received ${formatShape(weights.shape)}`);
}

function sumOf(tf: Tfjs, value: Tensor): number {
  return tf.sum(value).dataSync()[0];
}

/** What a gradient holds; a copy where others hold the same array, which the caller may write. */
function floatsOf(tf: Tfjs, gradient: Tensor): Float32Array {
  const values = gradient.dataSync();
  if (!(values instanceof Float32Array)) return Float32Array.from(values);
  return tf.engine().backend.refCount(gradient.dataId) > 1 ? values.slice() : values;
}
