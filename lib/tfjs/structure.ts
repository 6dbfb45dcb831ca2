import type { Tensor } from '@tensorflow/tfjs-core';
import { wrongType } from '../arguments/errors.js';
import { isLayerVariable } from './masters.js';
import type { Tfjs, TfjsVariable } from './namespace.js';

/** A tensor, or the variable of a layer (`layer.trainableWeights`). */
export type TensorLike = Tensor | TfjsVariable;

/** A tensor, or lists and records of them, however deep. */
export type Structure = TensorLike | readonly Structure[] | { readonly [key: string]: Structure };

/** A structure with something else in the place of each tensor. */
export type Mapped<S, T> = S extends TensorLike ? T : { -readonly [K in keyof S]: Mapped<S[K], T> };

/** The tensors of a structure, in order, and what puts something for each of them in their places. */
export class Flattened {
  readonly tensors: Tensor[] = [];
  readonly paths: string[] = [];
  readonly #tf: Tfjs;
  readonly #structure: unknown;

  /** @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what is no tensor of floating-point numbers */
  constructor(tf: Tfjs, argument: string, structure: unknown) {
    this.#tf = tf;
    this.#structure = structure;
    this.#visit(structure, argument, (tensor, path) => {
      if (tensor.dtype !== 'float32') throw wrongType(path, 'a tensor of dtype float32', tensor);
      this.tensors.push(tensor);
      this.paths.push(path);
    });
  }

  /** The structure again, with `items[i]` in the place of its i-th tensor. */
  filled<T>(items: readonly T[]): unknown {
    let next = 0;
    return this.#visit(this.#structure, '', () => items[next++]);
  }

  #visit<T>(value: unknown, path: string, take: (tensor: Tensor, path: string) => T): unknown {
    if (value instanceof this.#tf.Tensor) return take(value, path);
    if (isLayerVariable(value)) return take(value.read(), path);
    if (Array.isArray(value)) return value.map((item, i) => this.#visit(item, `${path}[${i}]`, take));
    const isRecord = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    if (!isRecord) throw wrongType(path, 'a tensor, or a list or a record of tensors', value);
    const entries = Object.entries(value).map(([key, item]) => [key, this.#visit(item, `${path}.${key}`, take)]);
    return Object.fromEntries(entries);
  }
}
