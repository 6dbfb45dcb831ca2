import type { Tensor } from '@tensorflow/tfjs-core';
import { rangeError, wrongType } from '../arguments/errors.js';
import type { Tfjs } from './namespace.js';
import { nestedNumbers } from './nested-numbers.js';
import { checkAlive } from './recognition.js';

/** The numbers of rows, in the shape in which they were handed over. */
export interface RowIds {
  readonly ids: Int32Array;
  readonly shape: readonly number[];
}

/**
 * Reads which rows are to be looked up, and checks each.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for a tensor of another dtype than int32, or what is no number; `ERR_ADAMAX_DETACHED`
 * @throws RangeError `ERR_ADAMAX_INDEX`, `ERR_ADAMAX_SHAPE`
 */
export function readRowIds(tf: Tfjs, argument: string, given: unknown, rows: number): RowIds {
  if (given instanceof tf.Tensor) {
    if (given.dtype !== 'int32') throw wrongType(argument, 'a tensor of dtype int32', given);
    checkAlive(argument, given);
    return checkRowIds(argument, given.dataSync(), given.shape, rows);
  }
  if (given instanceof Int32Array || given instanceof Uint32Array)
    return checkRowIds(argument, given, [given.length], rows);
  const { values, shape } = nestedNumbers(argument, given, 'a tensor of dtype int32, or arrays of row numbers');
  return checkRowIds(argument, values, shape, rows);
}

/** The same for a tensor of floats that are whole numbers, in which a model hands on what it was called with. */
export function wholeRowIds(tf: Tfjs, argument: string, tensor: Tensor, rows: number): RowIds {
  if (tensor.dtype === 'int32') return readRowIds(tf, argument, tensor, rows);
  return checkRowIds(argument, tensor.dataSync(), tensor.shape, rows);
}

/** @throws RangeError `ERR_ADAMAX_INDEX` */
export function checkRowIds(
  argument: string,
  values: ArrayLike<number>,
  shape: readonly number[],
  rows: number,
): RowIds {
  const ids = new Int32Array(values.length);
  for (let i = 0; i < ids.length; i++) {
    const id = values[i];
    if (!(Number.isInteger(id) && id >= 0 && id < rows)) {
      const expected = `${argument} must be whole numbers from 0 to ${rows - 1}, one for each row of the table`;
      throw rangeError('ERR_ADAMAX_INDEX', `${expected}: received ${id}`);
    }
    ids[i] = id;
  }
  return { ids, shape };
}

/** The rows themselves, one after another. */
export function rowsOf(table: Float32Array, width: number, ids: Int32Array): Float32Array {
  const rows = new Float32Array(ids.length * width);
  for (let i = 0, to = 0; i < ids.length; i++) {
    const from = ids[i] * width;
    for (let k = 0; k < width; k++) rows[to++] = table[from + k];
  }
  return rows;
}
