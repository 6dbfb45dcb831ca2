/** What messages call variables and their memory. */
import { shared } from '../arguments/arrays.js';
import type { Argument } from '../arguments/errors.js';
import type { MemoryRegions } from '../memory/regions.js';
import { formatShape } from '../variables/shape.js';
import { isNamed, type Variable } from '../variables/variable.js';

/** What a message of some call calls a variable: by where it stood in the call, and by its name if it was given one. */
export type Label = (variable: Variable) => string;

/** What a message calls a stretch of memory, by what it calls variables. */
export type Owner = (label: Label) => string;

/** Of a variable that the call does not list: a name that was made by a counter would tell nobody anything. */
export const byName: Label = (variable) => {
  return isNamed(variable) ? `'${variable.name}'` : `a variable of shape ${formatShape(variable.shape)} without a name`;
};

/** Most variables that a warning lists. */
const LISTED = 3;

/** Some variables, and whether there are more. */
export function listed(variables: readonly Variable[], label: Label): string {
  const list = variables.slice(0, LISTED).map(label);
  if (variables.length > LISTED) list.push(`and ${variables.length - LISTED} more`);
  return list.join(', ');
}

/** At a place in a list; undefined for a variable that is not in it. */
export function labelAt(variable: Variable, path: (() => string) | undefined): string {
  if (path === undefined) return byName(variable);
  return `${isNamed(variable) ? `'${variable.name}'` : 'variable'} at ${path()}`;
}

/** Throws when `array` shares an element with one of the regions. @throws RangeError `ERR_ADAMAX_OVERLAP` */
export function checkApart(
  argument: Argument,
  array: ArrayBufferView,
  regions: MemoryRegions<Owner>,
  label: Label,
): void {
  const owner = regions.find(array);
  if (owner !== undefined) throw shared(argument, owner(label), array);
}
