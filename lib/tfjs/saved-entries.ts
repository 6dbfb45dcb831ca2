import { describe, rangeError, typeError, wrongType } from '../arguments/errors.js';
import type { NamedTensor, Tfjs } from './namespace.js';
import { checkAlive } from './recognition.js';

/** A saved weight, and its elements. */
export interface SavedEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What was saved of an optimizer, before anybody knows whose it is. */
export interface SavedEntries {
  readonly iterations: number;
  readonly slots: readonly SavedEntry[];
}

/** TensorFlow.js has the counter as an int32 scalar. */
const MOST = 2 ** 31 - 1;

/**
 * Reads a list as `getWeights` gives it, of which each item is looked at once.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_WEIGHTS`
 */
export async function readEntries(tf: Tfjs, weights: unknown): Promise<SavedEntries> {
  if (!Array.isArray(weights)) throw wrongType('weights', 'a list as getWeights gives it', weights);
  const entries = Array.from(weights, (item, i) => checked(tf, item, i));
  const [first] = entries;
  const isIter = first?.name === 'iter' && first.tensor.size === 1;
  if (!isIter) {
    const received = first === undefined ? 'none' : describe(first.name);
    throw rangeError('ERR_ADAMAX_WEIGHTS', `weights must begin with iter, a scalar: received ${received}`);
  }
  // All are asked for before anything is waited for, since others may dispose of them meanwhile.
  const data = await Promise.all(entries.map(({ tensor }) => tensor.data()));
  const [[iterations], ...rest] = data as ArrayLike<number>[] as [number[], ...ArrayLike<number>[]];
  if (!(Number.isInteger(iterations) && iterations >= 0 && iterations <= MOST)) {
    const expected = `iter must be a number of steps, from 0 to ${MOST}`;
    throw rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received ${describe(iterations)}`);
  }
  const slots = rest.map((values, i) => {
    const { name, tensor } = entries[i + 1];
    return { name, shape: tensor.shape, data: values };
  });
  return { iterations, slots };
}

function checked(tf: Tfjs, item: unknown, i: number): NamedTensor {
  if (typeof item !== 'object' || item === null) throw wrongType(`weights[${i}]`, 'an object { name, tensor }', item);
  const { name, tensor } = item as NamedTensor;
  if (typeof name !== 'string') throw wrongType(`weights[${i}].name`, 'a string', name);
  if (!(tensor instanceof tf.Tensor)) throw wrongType(`weights[${i}].tensor`, 'a tensor of TensorFlow.js', tensor);
  checkAlive(`weights[${i}].tensor`, tensor);
  const isNumbers = tensor.dtype === 'float32' || (i === 0 && tensor.dtype === 'int32');
  if (isNumbers) return { name, tensor };
  const expected = i === 0 ? "'int32'" : "'float32'";
  throw typeError(
    'ERR_ADAMAX_ARG_TYPE',
    `dtype of weights[${i}].tensor must be ${expected}: received '${tensor.dtype}'`,
  );
}
