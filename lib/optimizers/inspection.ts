/** What there is to see of an optimizer, and what a copy of its properties would lose. */
import { describe, typeError } from '../arguments/errors.js';
import { plain } from '../arguments/inspection.js';
import { chosenIsa } from '../backend/choose-backend.js';
import type { VariableStates } from '../state/variable-states.js';
import type { Turn } from '../step/turn.js';
import { optimizerClasses } from './names.js';

/** The method by which a class tells its hyperparameters as they were given: functions are not asked. */
export const GIVEN: unique symbol = Symbol('given');

/** How much there is to lose: what `getConfig` does not save. */
export interface StateSummary {
  readonly iterations: number;
  /** Variables that have slots. */
  readonly variables: number;
  /** Bytes of slots, and of weights of its own that are saved. */
  readonly bytes: number;
}

/** @throws TypeError `ERR_ADAMAX_DETACHED` where the count of steps has gone */
export function summaryOf(states: VariableStates): StateSummary {
  return { iterations: states.counter.get(), variables: states.size, bytes: states.bytes };
}

/** A step counter without its memory is shown as such; nothing else of the state can be missing. */
export function stateShown(states: VariableStates, turn: Turn): object {
  const implementation = chosenIsa();
  return {
    iterations: attempt(() => states.counter.get()) ?? plain('[detached]'),
    variables: states.size,
    bytes: states.bytes,
    ...(turn.holder !== null && { busy: turn.holder }),
    ...(implementation !== undefined && { implementation }),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** An object of the user's that may be large, in one short line. */
export function briefly(value: unknown): object {
  return plain(describe(value));
}

/** The fields that a class of a user has given an object; accessors are left alone, since they run code. */
export function ownFields(object: object): object {
  const fields = Object.entries(Object.getOwnPropertyDescriptors(object));
  return Object.fromEntries(fields.flatMap(([name, field]) => (isShown(field) ? [[name, field.value]] : [])));
}

function isShown({ enumerable, value }: PropertyDescriptor): boolean {
  return enumerable === true && value !== undefined && value !== UNCLONEABLE;
}

/** The name of a class: a bundler may have renamed the identifier. */
export function classNameOf({ constructor: Class }: object): string {
  return optimizerClasses.nameOf(Class) ?? (Class.name || 'Optimizer');
}

/**
 * A value that every optimizer has as a property, so that `structuredClone`, `postMessage` and `v8.serialize` fail in
 * our words, where they would make an object without any state. What only compares or passes on properties does not
 * look into it.
 */
export const UNCLONEABLE: object = Object.freeze({
  get state(): never {
    const way = 'an optimizer must be handed over as its getConfig() and getWeights()';
    throw typeError('ERR_ADAMAX_ARG_TYPE', `${way}: received a copy of its properties`);
  },
});
