import { checkFloat32Array } from '../arguments/arrays.js';
import { wrongType } from '../arguments/errors.js';
import { floatsHint, variablesHint } from '../arguments/hints.js';
import { bufferOf, byteOffsetOf, isDetached, isFloat32Array, lengthOf } from '../memory/typed-arrays.js';
import { isVariable, memoryOf, Variable } from './variable.js';

/**
 * What is updated: a variable, or a bare array. An array stands for one variable, and so does every other view of the
 * same memory: buffer, offset and length.
 */
export type VariableLike = Variable | Float32Array;

const byArray = new WeakMap<Float32Array, Variable>();

/** Variables that stand for bare arrays on one buffer, by where they begin; weakly, since a buffer may outlive many. */
interface Places {
  readonly variables: Map<number, WeakRef<Variable>[]>;
  /** How many places there may be until those of variables that have gone are looked for. */
  limit: number;
}

const byBuffer = new WeakMap<ArrayBufferLike, Places>();

/** Finds the variable that stands for something of another library; undefined for what it does not know. */
export type Adopt = (target: unknown) => unknown;

/**
 * The variable that stands for `target`.
 * @param adopt - is asked about what is neither a variable nor an array
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`
 */
export function toVariable(argument: string, target: unknown, adopt?: Adopt): Variable {
  const variable = findVariable(argument, target, adopt);
  if (variable !== undefined) return variable;
  throw wrongType(argument, `a Variable or a Float32Array${variablesHint(target) || floatsHint(target)}`, target);
}

/** As `toVariable`, but undefined for what is neither a variable nor an array, nor known to `adopt`. */
export function findVariable(argument: string, target: unknown, adopt?: Adopt): Variable | undefined {
  const known = knownVariable(target);
  if (known !== undefined) return known;
  if (isVariable(target)) throw wrongType(argument, 'a float32 Variable', target);
  if (!isFloat32Array(target)) return adopted(argument, adopt?.(target));
  const variable = sameMemory(target) ?? newVariable(argument, target);
  byArray.set(target, variable);
  return variable;
}

/** The variable that stands for `target`, where that is known without a check. */
export function knownVariable(target: unknown): Variable | undefined {
  if (isVariable(target)) return target.dtype === 'float32' ? (target as Variable) : undefined;
  const variable = byArray.get(target as Float32Array);
  if (variable === undefined || memoryOf(variable) === target) return variable;
  // The variable of an array may have been given other memory, and stands for that now.
  return isAt(variable, target as Float32Array) ? variable : undefined;
}

function adopted(argument: string, variable: unknown): Variable | undefined {
  if (variable === undefined || variable === null) return undefined;
  if (isVariable(variable) && variable.dtype === 'float32') return variable as Variable;
  throw wrongType(`what stands for ${argument}`, 'a float32 Variable', variable);
}

/** The variable of an array that is another view of the same memory. */
export function sameMemory(array: Float32Array): Variable | undefined {
  if (isDetached(array)) return undefined;
  const candidates = byBuffer.get(bufferOf(array))?.variables.get(byteOffsetOf(array)) ?? [];
  for (const candidate of candidates) {
    const variable = candidate.deref();
    if (variable !== undefined && isAt(variable, array)) return variable;
  }
  return undefined;
}

function isAt(variable: Variable, array: Float32Array): boolean {
  const memory = memoryOf(variable);
  return (
    bufferOf(memory) === bufferOf(array) &&
    byteOffsetOf(memory) === byteOffsetOf(array) &&
    lengthOf(memory) === lengthOf(array)
  );
}

function newVariable(argument: string, array: Float32Array): Variable {
  checkFloat32Array(argument, array);
  const variable = new Variable(array);
  const buffer = bufferOf(array);
  let places = byBuffer.get(buffer);
  if (places === undefined) {
    places = { variables: new Map(), limit: 64 };
    byBuffer.set(buffer, places);
  }
  const { variables } = places;
  const at = byteOffsetOf(array);
  variables.set(at, [...alive(variables.get(at) ?? []), new WeakRef(variable)]);
  if (variables.size > places.limit) {
    for (const [place, list] of variables) if (alive(list).length === 0) variables.delete(place);
    places.limit = 2 * variables.size;
  }
  return variable;
}

const alive = (list: readonly WeakRef<Variable>[]) => list.filter((variable) => variable.deref() !== undefined);
