import { describe, rangeError, wrongType, wrongValue } from '../../arguments/errors.js';
import { variablesHint } from '../../arguments/hints.js';
import { isTypedArray } from '../../memory/typed-arrays.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { statesOf } from '../../optimizers/optimizer-state.js';
import { isNamed, isVariable, type Variable } from '../../variables/variable.js';
import { toVariable, type VariableLike } from '../../variables/variable-like.js';
import { toVariables, type VariableList } from '../../variables/variable-list.js';

/** Variables as a list, nested or not, or each under the name that it has in the file. */
export type NamedVariables = VariableList | Readonly<Record<string, VariableLike>>;

/** What variables are called in a file. */
export type Names = ReadonlyMap<Variable, string>;

const POSITION = /^#\d+$/;

/** @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` */
export function readVariables(given: unknown): [variable: Variable, name: string | null][] {
  if (given === undefined || given === null) return [];
  if (typeof given !== 'object' && typeof given !== 'string')
    throw wrongType('variables', 'a list or an object', given);
  if (isList(given)) return toVariables('variables', given).map((variable) => [variable, null]);
  const hint = variablesHint(given);
  if (hint !== '') throw wrongType('variables', `a list or an object of Variables by name${hint}`, given);
  return Object.entries(given).map(([name, target]) => {
    if (POSITION.test(name)) throw wrongValue('names of variables', 'other than those of positions (#0, #1, …)', name);
    return [toVariable(`variables.${name}`, target), name];
  });
}

function isList(given: object | string): boolean {
  return typeof given === 'string' || isVariable(given) || isTypedArray(given) || Symbol.iterator in given;
}

/**
 * The names of variables in a file: those of the caller's object, or the variables' own, or else their position among
 * those without: first the listed ones, then what the optimizers have besides.
 * @throws RangeError `ERR_ADAMAX_DUPLICATE`
 */
export function namesOf(
  listed: readonly (readonly [Variable, string | null])[],
  optimizers: readonly Optimizer[],
): Map<Variable, string> {
  const names = new Map<Variable, string>();
  const holders = new Map<string, Variable>();
  let unnamed = 0;
  const add = (variable: Variable, given: string | null) => {
    const known = names.get(variable);
    if (known !== undefined && (given === null || given === known)) return;
    const name = given ?? (isNamed(variable) ? variable.name : `#${unnamed++}`);
    if (known !== undefined || holders.has(name)) {
      const expected = 'variables must have one name each, and each another';
      throw rangeError(
        'ERR_ADAMAX_DUPLICATE',
        `${expected}: received ${describe(name)}${known ? ` and ${describe(known)} for one variable` : ' twice'}`,
      );
    }
    names.set(variable, name);
    holders.set(name, variable);
  };
  for (const [variable, name] of listed) add(variable, name);
  for (const optimizer of optimizers) for (const variable of statesOf(optimizer).variables) add(variable, null);
  return names;
}
