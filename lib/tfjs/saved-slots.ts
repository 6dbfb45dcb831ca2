import { describe, rangeError } from '../arguments/errors.js';
import { equalShapes, formatShape } from '../variables/shape.js';
import type { Variable } from '../variables/variable.js';
import type { SavedEntry } from './saved-entries.js';

/** The slots of one variable, as they were saved. */
export interface SavedSlots {
  /** Of the variable. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly slots: Map<string, Float32Array>;
}

/**
 * Saved weights by the variables they are of, in the order of these.
 * @param kinds - the slots that an optimizer has
 * @throws RangeError `ERR_ADAMAX_WEIGHTS` for a weight of another kind, or a second one of the same name
 */
export function slotsOf(weights: readonly SavedEntry[], kinds: readonly string[]): SavedSlots[] {
  const saved = new Map<string, SavedSlots>();
  for (const { name: path, shape, data } of weights) {
    const end = path.lastIndexOf('/');
    const [name, kind] = [path.slice(0, end), path.slice(end + 1)];
    if (end < 0 || !kinds.includes(kind)) {
      const expected = kinds.map((slot) => `<variable>/${slot}`).join(' or ') || 'iter';
      throw rangeError('ERR_ADAMAX_WEIGHTS', `weights must be of ${expected}: received ${describe(path)}`);
    }
    let own = saved.get(name);
    if (own === undefined) {
      own = { name, shape, slots: new Map() };
      saved.set(name, own);
    }
    if (own.slots.has(kind)) {
      throw rangeError('ERR_ADAMAX_WEIGHTS', `weights must have each slot once: received '${path}' twice`);
    }
    if (!equalShapes(shape, own.shape)) {
      const expected = `slots of '${name}' must have one shape, ${formatShape(own.shape)}`;
      throw rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received ${formatShape(shape)} of '${path}'`);
    }
    // The cpu backend hands out the very array of the tensor, which will be disposed of.
    own.slots.set(kind, Float32Array.from(data));
  }
  for (const { name, slots } of saved.values()) {
    if (slots.size === kinds.length) continue;
    const expected = `weights must have ${kinds.join(' and ')} of each variable`;
    throw rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received ${[...slots.keys()].join(' and ')} of '${name}'`);
  }
  return [...saved.values()];
}

/**
 * Which saved slots are whose: by name; else by the name without the suffix that TensorFlow.js gives a variable when one of
 * its name is there already, as when a model is loaded twice; else by position, if there are as many of both.
 * @param byPosition - whether that may be
 * @throws RangeError `ERR_ADAMAX_WEIGHTS` where nothing fits, or a shape does not
 */
export function match(
  variables: readonly Variable[],
  saved: readonly SavedSlots[],
  byPosition: boolean,
): Map<Variable, SavedSlots> {
  const matches = matchNames(variables, saved);
  if (matches.size === 0 && byPosition) {
    if (variables.length !== saved.length) throw noMatch(variables, saved);
    variables.forEach((variable, i) => {
      matches.set(variable, saved[i]);
    });
  }
  for (const [{ name, shape }, one] of matches) {
    if (equalShapes(shape, one.shape)) continue;
    const expected = `weights of '${name}' must have the shape ${formatShape(shape)}`;
    throw rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received ${formatShape(one.shape)} of '${one.name}'`);
  }
  return matches;
}

function matchNames(variables: readonly Variable[], saved: readonly SavedSlots[]): Map<Variable, SavedSlots> {
  const matches = new Map<Variable, SavedSlots>();
  const taken = new Set<SavedSlots>();
  for (const nameOf of [(name: string) => name, withoutSuffix]) {
    const left = saved.filter((one) => !taken.has(one));
    const open = variables.filter((variable) => !matches.has(variable));
    for (const variable of open) {
      const name = nameOf(variable.name);
      const found = left.filter((one) => nameOf(one.name) === name);
      if (found.length !== 1 || open.filter((other) => nameOf(other.name) === name).length !== 1) continue;
      matches.set(variable, found[0]);
      taken.add(found[0]);
    }
  }
  return matches;
}

const withoutSuffix = (name: string) => name.replace(/_\d+$/, '');

function noMatch(variables: readonly Variable[], saved: readonly SavedSlots[]): RangeError {
  const expected = `weights must be of the variables that are trained (${listed(variables)})`;
  return rangeError('ERR_ADAMAX_WEIGHTS', `${expected}: received those of ${listed(saved)}`);
}

function listed(named: readonly { readonly name: string }[]): string {
  const names = named.slice(0, 8).map(({ name }) => `'${name}'`);
  return named.length > 8 ? `${names.join(', ')} and ${named.length - 8} more` : names.join(', ');
}
