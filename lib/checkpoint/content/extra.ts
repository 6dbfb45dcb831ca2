import { checkMemory } from '../../arguments/arrays.js';
import { wrongType, wrongValue } from '../../arguments/errors.js';
import { checkRecord } from '../../arguments/options.js';
import type { TypedArray } from '../../memory/node-util.js';
import { isTypedArray, lengthOf } from '../../memory/typed-arrays.js';
import { type AnyVariable, type Elements, isVariable, memoryOf, type Variable } from '../../variables/variable.js';
import { dtypeOfArray, type FileDtype, OF_VARIABLES } from '../format/dtype.js';
import type { Shard } from './shard.js';

/** Whatever `JSON.stringify` keeps. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a caller saves besides: JSON, and tensors. */
export type Extra = Readonly<Record<string, Json | TypedArray | AnyVariable>>;

/** A tensor in memory. */
export interface LiveTensor {
  readonly dtype: FileDtype;
  readonly shape: readonly number[];
  readonly array: TypedArray;
  /** Null where this replica has all of it. */
  readonly shard: Shard | null;
}

const DEEPEST = 100;

/**
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`; RangeError
 *   `ERR_ADAMAX_ARG_VALUE`
 */
export function readExtra(extra: unknown): { tensors: Map<string, LiveTensor>; json: Record<string, Json> } {
  const tensors = new Map<string, LiveTensor>();
  const json: Record<string, Json> = Object.create(null);
  if (extra === undefined || extra === null) return { tensors, json };
  checkRecord('extra', extra);
  for (const [name, value] of Object.entries(extra)) {
    const argument = `extra.${name}`;
    const tensor = liveTensor(argument, value);
    if (tensor !== undefined) tensors.set(name, tensor);
    else json[name] = copyOfJson(argument, value, 0);
  }
  return { tensors, json };
}

/** A variable or a typed array as a tensor; undefined for anything else. */
export function liveTensor(argument: string, value: unknown): LiveTensor | undefined {
  if (isVariable(value)) return variableTensor(value);
  if (!isTypedArray(value)) return undefined;
  checkMemory(argument, value);
  const dtype = dtypeOfArray(value);
  if (dtype === undefined) throw wrongType(argument, 'of a kind that a file has', value);
  return { dtype, shape: [lengthOf(value)], array: value, shard: null };
}

export function variableTensor(variable: AnyVariable): LiveTensor {
  const array = memoryOf(variable as Variable<Elements>);
  return { dtype: OF_VARIABLES[variable.dtype], shape: variable.shape, array, shard: null };
}

/** A copy in which everything is as it will be read. */
function copyOfJson(argument: string, value: unknown, depth: number): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw wrongValue(argument, 'a number that JSON can hold, or a typed array', value);
    return value;
  }
  if (depth === DEEPEST) throw wrongValue(argument, `nested at most ${DEEPEST} deep`, value);
  if (Array.isArray(value)) return Array.from(value, (item, i) => copyOfJson(`${argument}[${i}]`, item, depth + 1));
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw wrongType(argument, 'JSON, a typed array or a Variable', value);
  }
  const copy: Record<string, Json> = Object.create(null);
  for (const [key, item] of Object.entries(value)) copy[key] = copyOfJson(`${argument}.${key}`, item, depth + 1);
  return copy;
}
