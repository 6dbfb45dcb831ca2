import { checkAttached, checkFloat32Array, checkMemory } from '../arguments/arrays.js';
import { mark } from '../arguments/copies.js';
import { rangeError, wrongType } from '../arguments/errors.js';
import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { closeMembers, guardMembers, ownAccessors, refuseWrites } from '../arguments/members.js';
import { isRowIndices, lengthOf, type RowIndices } from '../memory/typed-arrays.js';
import { toBase64 } from './base64.js';
import { firstOf } from './first-elements.js';
import { checkShape, type Shape } from './shape.js';

/**
 * Whether `value` was made by the constructor of `IndexedSlices`: no proxy of one, and no object that inherits from
 * one.
 */
export let isSlices: (value: unknown) => value is IndexedSlices;

/**
 * A sparse gradient: slice i of `values` belongs to row `indices[i]` of the variable. Rows may come in any order and
 * more than once; slices of one row are summed in order of occurrence. Like `tf.IndexedSlices`.
 */
export class IndexedSlices {
  readonly #values: Float32Array;
  readonly #indices: RowIndices;
  readonly #denseShape: Shape | null;

  static {
    isSlices = (value): value is IndexedSlices => typeof value === 'object' && value !== null && #values in value;
  }

  /**
   * @param values - `indices.length` × row length numbers, row-major
   * @param indices - row numbers from 0; a plain array is copied, a typed one is not
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`
   * @throws RangeError `ERR_ADAMAX_INDEX` for a plain number that cannot be a row
   */
  constructor(values: Float32Array, indices: RowIndices | readonly number[], denseShape?: readonly number[] | null) {
    checkFloat32Array('values', values);
    this.#values = values;
    this.#indices = toRowIndices(indices);
    this.#denseShape = denseShape === undefined || denseShape === null ? null : checkShape('denseShape', denseShape);
    makeOwn(this);
  }

  /** The slices one after another; the array is not copied. */
  get values(): Float32Array {
    return this.#values;
  }

  /** The row of each slice, from 0. A typed array that was given is not copied. */
  get indices(): RowIndices {
    return this.#indices;
  }

  /** Shape of the dense gradient, when given. It must be the variable's. */
  get denseShape(): Shape | null {
    return this.#denseShape;
  }

  /**
   * For `JSON.stringify`: `values` as base64 of their little-endian bytes, `indices` as numbers.
   * @throws TypeError `ERR_ADAMAX_DETACHED`
   */
  toJSON(): {
    /** Base64 of the slices, little-endian and row-major. */
    values: string;
    /** Row numbers from 0. */
    indices: number[];
    /** Shape of the dense gradient, or null. */
    denseShape: Shape | null;
  } {
    checkAttached('values', this.#values);
    checkAttached('indices', this.#indices);
    return { values: toBase64(this.#values), indices: Array.from(this.#indices, Number), denseShape: this.#denseShape };
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    const [values, indices] = [this.#values, this.#indices];
    const fields = () => ({
      values: firstOf(values, lengthOf(values)),
      indices: firstOf(indices, lengthOf(indices)),
      denseShape: this.#denseShape,
    });
    return inspected('IndexedSlices', fields, depth, options, inspect);
  }
}

mark(IndexedSlices, 'IndexedSlices', (value) => {
  if (!isSlices(value)) return 'an object of the class IndexedSlices that its constructor did not make';
  return `IndexedSlices(${lengthOf(value.indices)})`;
});
refuseWrites(IndexedSlices);
guardMembers(IndexedSlices);
closeMembers('IndexedSlices', IndexedSlices);
// What is handed to a step is what is stepped.
const makeOwn = ownAccessors(IndexedSlices, ['values', 'indices', 'denseShape']);

function toRowIndices(indices: unknown): RowIndices {
  if (isRowIndices(indices)) {
    checkMemory('indices', indices);
    return indices;
  }
  if (!Array.isArray(indices)) {
    throw wrongType('indices', 'an Int32Array, Uint32Array, BigInt64Array or array of numbers', indices);
  }
  const rows = new Uint32Array(indices.length);
  // By number: the methods of arrays pass over holes.
  for (let position = 0; position < rows.length; position++) {
    const row: unknown = indices[position];
    if (typeof row !== 'number') throw wrongType(`indices[${position}]`, 'a number', row);
    if (!(Number.isInteger(row) && row >= 0 && row < 2 ** 32)) {
      throw rangeError('ERR_ADAMAX_INDEX', `indices[${position}] must be a row number: received ${row}`);
    }
    rows[position] = row;
  }
  return rows;
}
