import { checkAttached } from '../arguments/arrays.js';
import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { copyOf } from '../memory/typed-arrays.js';
import { toBase64 } from '../variables/base64.js';
import { type DType, type Elements, memoryOf, type Variable } from '../variables/variable.js';
import type { NamedWeight } from './weight-list.js';

/**
 * A plain array with a shape and a name, detached from any optimizer: what `getWeights` returns. `v8.serialize`,
 * `structuredClone` and `JSON.stringify` take it, and `setWeights` takes what comes back of it.
 */
export class NdArray {
  /** `iterations`, or `<variable>/<slot>`; a variable that was given no name goes by its position: `#0`, `#1`, … */
  readonly name: string;
  /** `float32`, `int64` or `bfloat16`. */
  readonly dtype: DType;
  /** Lengths of the dimensions, outermost first; empty for a scalar. */
  readonly shape: readonly number[];
  /** Of bfloat16: bit patterns. */
  readonly data: Elements;

  /** @param data - as many elements as the shape holds, row-major; it is not copied */
  constructor(name: string, dtype: DType, shape: readonly number[], data: Elements) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape;
    this.data = data;
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    return inspected('NdArray', () => ({ ...this }), depth, options, inspect);
  }

  /** For `JSON.stringify`: `data` as base64 of its little-endian bytes, which keeps every bit. */
  toJSON(): {
    /** The name. */
    name: string;
    /** `float32`, `int64` or `bfloat16`. */
    dtype: DType;
    /** Lengths of the dimensions, outermost first. */
    shape: readonly number[];
    /** Base64 of the elements, little-endian and row-major. */
    data: string;
  } {
    const { name, dtype, shape, data } = this;
    return { name, dtype, shape, data: toBase64(data) };
  }
}

/** A copy of a weight. @throws TypeError `ERR_ADAMAX_DETACHED` */
export function ndArrayOf({ name, variable }: NamedWeight): NdArray {
  const memory = memoryOf(variable as Variable<Elements>);
  const shape = [...variable.shape];
  checkAttached(`'${name}'`, memory);
  return new NdArray(name, variable.dtype, shape, copyOf(memory));
}
