import { wrongType, wrongValue } from '../arguments/errors.js';
import { isFloat32Array, isTypedArray } from '../memory/typed-arrays.js';
import type { Variable } from './variable.js';
import { type Adopt, findVariable, seenVariable, type VariableLike } from './variable-like.js';

/** Variables as a caller may list them: one of them, an iterable of them, or iterables of iterables. */
export type VariableList<V = VariableLike> = V | Iterable<VariableList<V>>;

/** A list that contains itself would have no end. */
const DEEPEST = 100;

/** The variables of a list, in order. @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` */
export function toVariables(argument: string, list: unknown, adopt?: Adopt): Variable[] {
  return gathered(argument, list, (path, target) => findVariable(path, target, adopt));
}

/** Those of a list that stand for something already: an array that was never stepped stands for no variable yet. */
export function toKnownVariables(argument: string, list: unknown, adopt?: Adopt): Variable[] {
  return gathered(argument, list, (path, target) => {
    return isFloat32Array(target) ? (seenVariable(target) ?? null) : findVariable(path, target, adopt);
  });
}

/** @param find - the variable of an item, null for one to pass over, or undefined for what may be a list itself */
function gathered(
  argument: string,
  list: unknown,
  find: (path: string, target: unknown) => Variable | null | undefined,
): Variable[] {
  const variables: Variable[] = [];
  const visit = (path: string, target: unknown, depth: number): void => {
    const variable = find(path, target);
    if (variable) variables.push(variable);
    if (variable !== undefined) return;
    if (!isList(target)) throw wrongType(path, 'a Variable, a Float32Array or an iterable of them', target);
    if (depth === DEEPEST) throw wrongValue(argument, `nested at most ${DEEPEST} deep`, list);
    let i = 0;
    for (const item of target) visit(`${path}[${i++}]`, item, depth + 1);
  };
  visit(argument, list, 0);
  return variables;
}

function isList(target: unknown): target is Iterable<unknown> {
  return typeof target === 'object' && target !== null && Symbol.iterator in target && !isTypedArray(target);
}
