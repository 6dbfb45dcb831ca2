import { checkMemory } from '../../arguments/arrays.js';
import { wrongType } from '../../arguments/errors.js';
import { checkRecord } from '../../arguments/options.js';
import type { TypedArray } from '../../memory/node-util.js';
import { isTypedArray, lengthOf } from '../../memory/typed-arrays.js';
import { type AnyVariable, type Elements, isVariable, memoryOf, type Variable } from '../../variables/variable.js';
import { dtypeOfArray, type FileDtype, OF_VARIABLES } from '../format/dtype.js';
import { copyOfJson, type Json, type JsonKind } from './json.js';
import type { Shard } from './shard.js';

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

const KIND: JsonKind = {
  nameOf: (path) => `extra${path}`,
  value: 'JSON, a typed array or a Variable',
  number: 'a number that JSON can hold, or a typed array',
  mayLack: false,
};

/** What a caller saves or loads besides, by name. */
export interface ReadExtra {
  readonly tensors: ReadonlyMap<string, LiveTensor>;
  /** The typed arrays and Variables themselves, whose memory those are. */
  readonly holders: ReadonlyMap<string, unknown>;
  readonly json: Readonly<Record<string, Json>>;
}

/** What the names of its tensors begin with in a file. */
export const EXTRA = 'extra/';

/**
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`; RangeError
 *   `ERR_ADAMAX_ARG_VALUE`
 */
export function readExtra(extra: unknown): ReadExtra {
  const tensors = new Map<string, LiveTensor>();
  const holders = new Map<string, unknown>();
  const json: Record<string, Json> = Object.create(null);
  if (extra === undefined || extra === null) return { tensors, holders, json };
  checkRecord('extra', extra);
  for (const [name, value] of Object.entries(extra)) {
    const argument = `extra.${name}`;
    const tensor = liveTensor(argument, value);
    if (tensor !== undefined) {
      tensors.set(name, tensor);
      holders.set(name, value);
    } else json[name] = copyOfJson(KIND, `.${name}`, value);
  }
  return { tensors, holders, json };
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
