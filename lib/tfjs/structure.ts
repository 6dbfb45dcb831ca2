import type { Tensor } from '@tensorflow/tfjs-core';
import { wrongType, wrongValue } from '../arguments/errors.js';
import type { IndexedSlices } from '../variables/indexed-slices.js';
import { isVariable, type Variable } from '../variables/variable.js';
import type { Tfjs, TfjsVariable } from './namespace.js';
import { tfVariableOf } from './recognition.js';

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

/** A structure that contains itself would have no end. */
const DEEPEST = 100;

/** The tensors of a structure, in order, and what puts something for each of them in their places. */
export class Flattened {
  readonly tensors: Tensor[] = [];
  /** The Variables of this package, by the place of what stands for them among the tensors. */
  readonly tables: Map<number, Variable> = new Map();
  readonly #tf: Tfjs;
  readonly #argument: string;
  readonly #structure: unknown;
  readonly #anchorOf: ((table: Variable) => Tensor) | undefined;

  /**
   * @param anchorOf - the tensor that stands for a Variable of this package, where that is one of a structure
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what is no tensor of floating-point numbers
   */
  constructor(tf: Tfjs, argument: string, structure: unknown, anchorOf?: (table: Variable) => Tensor) {
    this.#tf = tf;
    this.#argument = argument;
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

  #visit<T>(
    value: unknown,
    path: string,
    take: (tensor: Tensor, path: string, table?: Variable) => T,
    depth = 0,
  ): unknown {
    if (isVariable(value) && this.#anchorOf !== undefined) {
      return take(this.#anchorOf(value as Variable), path, value as Variable);
    }
    if (value instanceof this.#tf.Tensor) return take(value, path);
    const variable = tfVariableOf(this.#tf, value);
    if (variable !== undefined) return take(variable, path);
    const visit = (item: unknown, at: string) => this.#visit(item, at, take, depth + 1);
    const isList = Array.isArray(value);
    if (!isList && !isRecord(value)) throw wrongType(path, 'a tensor, or a list or a record of tensors', value);
    if (depth === DEEPEST) throw wrongValue(this.#argument, `nested at most ${DEEPEST} deep`, this.#structure);
    // Holes of a list are looked at, too.
    if (isList) return Array.from(value, (item, i) => visit(item, `${path}[${i}]`));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, `${path}.${key}`)]));
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
