import { types } from 'node:util';
import { describe, rangeError, wrongType } from '../errors.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { AnyVariable, DType } from '../variables/variable.js';

/** A plain array with a shape, detached from any optimizer: what `getWeights` returns, ready to be stored. */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export function copyOf(variable: AnyVariable): NdArray {
  return { dtype: variable.dtype, shape: [...variable.shape], data: variable.data.slice() };
}

/** The arrays of `weights`, after a check that each of them fits its variable. Keras: length first, then all shapes. */
export function checkWeights(
  name: string,
  variables: readonly AnyVariable[],
  weights: unknown,
): (Float32Array | BigInt64Array)[] {
  if (!Array.isArray(weights)) throw wrongType('weights', 'an array as getWeights returns it', weights);
  if (weights.length !== variables.length) {
    throw rangeError(
      'ERR_ADAMAX_LENGTH',
      `weights must have ${variables.length} arrays for optimizer '${name}': received ${weights.length}`,
    );
  }
  return variables.map((variable, i) => {
    const argument = `weights[${i}]`;
    const array: unknown = weights[i];
    if (typeof array !== 'object' || array === null) throw wrongType(argument, '{ dtype, shape, data }', array);
    const { shape, data } = array as Partial<NdArray>;
    if (!Array.isArray(shape)) throw wrongType(`${argument}.shape`, 'an array of numbers', shape);
    if (!equalShapes(shape, variable.shape)) {
      const expected = `${formatShape(variable.shape)} for '${variable.name}'`;
      throw rangeError('ERR_ADAMAX_SHAPE', `${argument}.shape must be ${expected}: received ${formatShape(shape)}`);
    }
    const isKind = variable.dtype === 'float32' ? types.isFloat32Array : types.isBigInt64Array;
    const kind = variable.dtype === 'float32' ? 'a Float32Array' : 'a BigInt64Array';
    if (!isKind(data)) throw wrongType(`${argument}.data`, kind, data);
    if (data.length !== variable.size) {
      const expected = `${variable.size} elements`;
      throw rangeError('ERR_ADAMAX_LENGTH', `${argument}.data must have ${expected}: received ${describe(data)}`);
    }
    return data;
  });
}
