import { describe, rangeError, wrongType } from '../arguments/errors.js';
import { widen } from '../math/bfloat16.js';
import { copyOf, isBigInt64Array, isFloat32Array, isUint16Array, lengthOf } from '../memory/typed-arrays.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import { type AnyVariable, type DType, type Elements, memoryOf, type Variable } from '../variables/variable.js';

/** A plain array with a shape, detached from any optimizer: what `getWeights` returns, ready to be stored. */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Of bfloat16: bit patterns. */
  readonly data: Elements;
}

export function ndArrayOf(variable: AnyVariable): NdArray {
  return { dtype: variable.dtype, shape: [...variable.shape], data: copyOf(memoryOf(variable as Variable<Elements>)) };
}

/** Copies of the arrays of `weights`, after a check that each of them fits its variable. Keras: length first, then all shapes. */
export function checkWeights(name: string, variables: readonly AnyVariable[], weights: unknown): Elements[] {
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
    if (!fits(variable, data)) throw wrongType(`${argument}.data`, KINDS[variable.dtype], data);
    if (lengthOf(data) !== variable.size) {
      const expected = `${variable.size} elements`;
      throw rangeError('ERR_ADAMAX_LENGTH', `${argument}.data must have ${expected}: received ${describe(data)}`);
    }
    return variable.dtype === 'float32' && isUint16Array(data) ? widened(data) : copyOf(data);
  });
}

const KINDS: Readonly<Record<DType, string>> = {
  float32: 'a Float32Array, or a Uint16Array of bfloat16 patterns',
  bfloat16: 'a Uint16Array of bfloat16 patterns, or a Float32Array',
  int64: 'a BigInt64Array',
};

/** Moments saved in one format may be loaded in the other. */
function fits({ dtype }: AnyVariable, data: unknown): data is Elements {
  if (dtype === 'int64') return isBigInt64Array(data);
  return isFloat32Array(data) || isUint16Array(data);
}

function widened(data: Uint16Array): Float32Array {
  const wide = new Float32Array(data.length);
  widen(data, 0, wide, data.length);
  return wide;
}
