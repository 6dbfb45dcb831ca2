import type { Tensor } from '@tensorflow/tfjs-core';
import { wrongType } from '../arguments/errors.js';
import type { IndexedSlices } from '../variables/indexed-slices.js';
import { isVariable, type Variable } from '../variables/variable.js';
import { isLayerVariable } from './masters.js';
import type { Tfjs, TfjsVariable } from './namespace.js';

/** A tensor, the variable of a layer (`layer.trainableWeights`), or a Variable of this package, whose rows are looked up. */
export type TensorLike = Tensor | TfjsVariable | Variable;

/** A tensor, or lists and records of them, however deep. */
export type Structure = TensorLike | readonly Structure[] | { readonly [key: string]: Structure };

/** A structure of sources with their gradients in their places, which are sparse for a Variable of this package. */
export type Gradients<S> = S extends Variable
  ? IndexedSlices | null
  : S extends TensorLike
    ? Tensor | null
    : { -readonly [K in keyof S]: Gradients<S[K]> };

/** The tensors of a structure, in order, and what puts something for each of them in their places. */
export class Flattened {
  readonly tensors: Tensor[] = [];
  /** The Variables of this package, by the place of what stands for them among the tensors. */
  readonly tables: Map<number, Variable> = new Map();
  readonly #tf: Tfjs;
  readonly #structure: unknown;
  readonly #anchorOf: ((table: Variable) => Tensor) | undefined;

  /**
   * @param anchorOf - the tensor that stands for a Variable of this package, where that is one of a structure
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what is no tensor of floating-point numbers
   */
  constructor(tf: Tfjs, argument: string, structure: unknown, anchorOf?: (table: Variable) => Tensor) {
    this.#tf = tf;
    this.#structure = structure;
    this.#anchorOf = anchorOf;
    this.#visit(structure, argument, (tensor, path, table) => {
      if (tensor.dtype !== 'float32') throw wrongType(path, 'a tensor of dtype float32', tensor);
      if (table !== undefined) this.tables.set(this.tensors.length, table);
      this.tensors.push(tensor);
    });
  }

  /** The structure again, with `items[i]` in the place of its i-th tensor. */
  filled<T>(items: readonly T[]): unknown {
    let next = 0;
    return this.#visit(this.#structure, '', () => items[next++]);
  }

  #visit<T>(value: unknown, path: string, take: (tensor: Tensor, path: string, table?: Variable) => T): unknown {
    if (isVariable(value) && this.#anchorOf !== undefined) {
      return take(this.#anchorOf(value as Variable), path, value as Variable);
    }
    if (value instanceof this.#tf.Tensor) return take(value, path);
    if (isLayerVariable(value)) return take(value.read(), path);
    if (Array.isArray(value)) return value.map((item, i) => this.#visit(item, `${path}[${i}]`, take));
    const isRecord = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
    if (!isRecord) throw wrongType(path, 'a tensor, or a list or a record of tensors', value);
    const entries = Object.entries(value).map(([key, item]) => [key, this.#visit(item, `${path}.${key}`, take)]);
    return Object.fromEntries(entries);
  }
}
