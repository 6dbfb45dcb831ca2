import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { rangeError, typeError, wrongType } from '../arguments/errors.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ApplyOptions } from '../optimizers/optimizer-options.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';
import type { Masters } from './masters.js';
import type { NamedTensor, Tfjs } from './namespace.js';
import type { Weights } from './weights.js';

/** Takes the steps of an optimizer of TensorFlow.js: reads gradients where they lie, and has the core step the masters. */
export class Steps {
  readonly #tf: Tfjs;
  readonly #core: Optimizer;
  readonly #masters: Masters;
  readonly #weights: Weights;

  constructor(tf: Tfjs, core: Optimizer, masters: Masters, weights: Weights) {
    this.#tf = tf;
    this.#core = core;
    this.#masters = masters;
    this.#weights = weights;
  }

  /**
   * Steps by gradients in any form: tensors by the names of variables, a list of `{ name, tensor }`, or Keras' pairs.
   * @returns the number of steps taken so far
   */
  apply(gradients: unknown, options?: ApplyOptions): number {
    const pairs = this.#pairs(gradients);
    this.#readTensors(pairs);
    this.#weights.bind(pairs);
    return this.#core.applyGradients(pairs as never, options);
  }

  #pairs(gradients: unknown): Pair[] {
    if (typeof gradients !== 'object' || gradients === null) {
      throw wrongType('gradients', 'an object of tensors by name, or a list', gradients);
    }
    if (!(Symbol.iterator in gradients)) {
      return Object.entries(gradients).map(([name, tensor]) => [tensor, this.#variableOf(name)]);
    }
    return Array.from(gradients as Iterable<NamedTensor | Pair>, (item) => {
      if (Array.isArray(item)) return [item[0], this.#masters.find(item[1]) ?? item[1]];
      const { name, tensor } = Object(item) as NamedTensor;
      if (typeof name === 'string') return [tensor, this.#variableOf(name)];
      throw wrongType('gradients', 'a list of { name, tensor } or of [gradient, variable]', item);
    });
  }

  #variableOf(name: string): Variable {
    const target = this.#tf.engine().registeredVariables[name] as TfVariable | undefined;
    if (target === undefined) throw wrongType('names of gradients', 'those of variables in use', name);
    return this.#masters.of(target);
  }

  /** Puts elements in the place of tensors; the core knows what else may be a gradient. */
  #readTensors(pairs: Pair[]): void {
    const places = pairs.filter(([gradient]) => gradient instanceof this.#tf.Tensor);
    for (const [gradient, variable] of places) checkTensor(gradient as Tensor, variable as Variable);
    const elements = this.#masters.storage().read(places.map(([gradient]) => gradient as Tensor));
    places.forEach((pair, i) => {
      pair[0] = elements[i];
    });
  }
}

type Pair = [gradient: unknown, variable: unknown];

function checkTensor(tensor: Tensor, { name, shape }: Variable): void {
  if (tensor.isDisposed) {
    const received = 'a tensor that was disposed of';
    throw typeError('ERR_ADAMAX_DETACHED', `gradient of '${name}' must be there: received ${received}`);
  }
  if (tensor.dtype !== 'float32') throw wrongType(`dtype of the gradient of '${name}'`, "'float32'", tensor.dtype);
  if (equalShapes(tensor.shape, shape)) return;
  const expected = `shape of the gradient of '${name}' must be ${formatShape(shape)}`;
  throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received ${formatShape(tensor.shape)}`);
}
