import { wrongType, wrongValue } from '../arguments/errors.js';
import { variablesHint } from '../arguments/hints.js';
import { isFloat32Array, isTypedArray } from '../memory/typed-arrays.js';
import type { Variable } from './variable.js';
import { type Adopt, findVariable, knownVariable, sameMemory, type VariableLike } from './variable-like.js';

/** Variables as a caller may list them: one of them, an iterable of them, or arrays of all that, nested. */
export type VariableList<V = VariableLike> = V | Iterable<V> | readonly VariableList<V>[];

/** A list that contains itself would have no end. */
const DEEPEST = 100;

/**
 * The variables of a list, in order.
 * @param paths - receives where each of them stood
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function toVariables(argument: string, list: unknown, adopt?: Adopt, paths?: (() => string)[]): Variable[] {
  return gathered(argument, list, (path, target) => findVariable(path, target, adopt), paths);
}

/** Those of a list that stand for something already: an array that was never stepped stands for no variable yet. */
export function toKnownVariables(argument: string, list: unknown, adopt?: Adopt): Variable[] {
  return gathered(argument, list, (path, target) => {
    return isFloat32Array(target) ? (sameMemory(target) ?? null) : findVariable(path, target, adopt);
  });
}

/**
 * @param find - the variable of an item that is not known so far; null for one to pass over, or undefined for what may
 *   be a list itself
 */
function gathered(
  argument: string,
  list: unknown,
  find: (path: string, target: unknown) => Variable | null | undefined,
  paths?: (() => string)[],
): Variable[] {
  const variables: Variable[] = [];
  // What an item is called is put together only where something of it is new.
  const visit = (target: unknown, depth: number, path: () => string): void => {
    const variable = knownVariable(target) ?? find(path(), target);
    if (variable) {
      variables.push(variable);
      paths?.push(path);
    }
    if (variable !== undefined) return;
    if (!isList(target)) {
      const expected = `a float32 Variable, a Float32Array or an iterable of them${variablesHint(target)}`;
      throw wrongType(path(), expected, target);
    }
    if (depth === DEEPEST) throw wrongValue(argument, `nested at most ${DEEPEST} deep`, list);
    let i = 0;
    for (const item of target) {
      const at = i++;
      visit(item, depth + 1, () => `${path()}[${at}]`);
    }
  };
  visit(list, 0, () => argument);
  return variables;
}

function isList(target: unknown): target is Iterable<unknown> {
  if (typeof target !== 'object' || target === null || isTypedArray(target)) return false;
  return typeof (target as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}
