import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { rangeError, wrongType } from '../arguments/errors.js';
import { checkRecord } from '../arguments/options.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Master, Masters } from './masters.js';
import type { NamedTensor, Tfjs } from './namespace.js';
import { checkAlive, variableHint } from './recognition.js';

/** A gradient and what it is of. */
export interface Item {
  gradient: unknown;
  /** Of a variable of TensorFlow.js. */
  readonly master: Master | null;
  /** What was listed, where that is no such variable. */
  readonly target: unknown;
}

/** Reads gradients in each form in which they are handed over. Mostly the same variables come again, in the same order. */
export class GradientList {
  readonly #tf: Tfjs;
  readonly #masters: Masters;
  #last: readonly Item[] = [];

  constructor(tf: Tfjs, masters: Masters) {
    this.#tf = tf;
    this.#masters = masters;
  }

  /**
   * @param gradients - tensors by the names of variables, a list of `{ name, tensor }`, or Keras' pairs
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_SHAPE`
   */
  read(gradients: unknown): readonly Item[] {
    if (isList(gradients)) {
      this.#last = Array.from(gradients, (item, i) => this.#item(item, i));
    } else {
      checkRecord('gradients', gradients, 'an object of tensors by name, or a list');
      this.#last = Object.entries(gradients).map(([name, tensor], i) => this.#named(name, tensor, i));
    }
    return this.#last;
  }

  /** Lets go of what was read last. */
  clear(): void {
    this.#last = [];
  }

  #item(item: unknown, i: number): Item {
    if (Array.isArray(item)) {
      const [gradient, target] = item;
      const last = this.#last[i]?.master;
      const isSame = last?.target === target && last?.target.isDisposed === false;
      const master = isSame ? last : this.#masters.findMaster(target);
      if (master) this.#check(gradient, master);
      else this.#checkOther(gradient, target, i);
      return { gradient, master: master ?? null, target };
    }
    const { name, tensor } = Object(item) as NamedTensor;
    if (typeof name === 'string') return this.#named(name, tensor, i);
    throw wrongType('gradients', 'a list of { name, tensor } or of [gradient, variable]', item);
  }

  #named(name: string, gradient: unknown, i: number): Item {
    const all = this.#tf.engine().registeredVariables as Record<string, TfVariable>;
    if (!Object.hasOwn(all, name)) throw wrongType('names of gradients', 'those of variables in use', name);
    const target = all[name];
    const last = this.#last[i]?.master;
    const master = last?.target === target ? last : this.#masters.masterOf(target);
    this.#check(gradient, master);
    return { gradient, master, target };
  }

  /** Checks a tensor; the core knows what else may be a gradient. */
  #check(gradient: unknown, { variable: { name, shape } }: Master): void {
    if (!this.isTensor(gradient)) return;
    checkAlive(() => `gradient of '${name}'`, gradient);
    if (gradient.dtype !== 'float32')
      throw wrongType(`dtype of the gradient of '${name}'`, "'float32'", gradient.dtype);
    if (equalShapes(gradient.shape, shape)) return;
    const expected = `shape of the gradient of '${name}' must be ${formatShape(shape)}`;
    throw rangeError('ERR_ADAMAX_SHAPE', `${expected}: received ${formatShape(gradient.shape)}`);
  }

  /** Of a pair whose variable is none of TensorFlow.js. The core knows what else may be one. */
  #checkOther(gradient: unknown, target: unknown, i: number): void {
    const hint = variableHint(this.#tf, target);
    if (hint !== '') throw wrongType(`gradients[${i}][1]`, `a variable of TensorFlow.js${hint}`, target);
    if (this.isTensor(gradient)) checkAlive(`gradients[${i}][0]`, gradient);
  }

  isTensor(value: unknown): value is Tensor {
    return value instanceof this.#tf.Tensor;
  }
}

function isList(gradients: unknown): gradients is Iterable<unknown> {
  return typeof Object(gradients)[Symbol.iterator] === 'function' && typeof gradients === 'object';
}
