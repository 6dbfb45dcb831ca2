/** What an optimizer says of itself, as a file has it. */
import { describe, wrongType } from '../../arguments/errors.js';
import { BASE_KEYS, type ConfigKeys } from '../../optimizers/config.js';
import { GIVEN } from '../../optimizers/inspection.js';
import type { Optimizer } from '../../optimizers/optimizer.js';
import { type SerializedOptimizer, serialize } from '../../optimizers/registry.js';
import { copyOfJson, type Json, type JsonKind } from './json.js';

/**
 * The class and the config of an optimizer.
 * @throws as `serialize`, and as `configOf`
 */
export function savedFormOf(optimizer: Optimizer): SerializedOptimizer {
  const { class_name, config } = serialize(optimizer);
  return { class_name, config: checked(optimizer, config) as SerializedOptimizer['config'] };
}

/**
 * What `getConfig` gives. A config that is no JSON would be read as another one: an infinity as null, say.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function configOf(optimizer: Optimizer): Readonly<Record<string, Json>> {
  return checked(optimizer, optimizer.getConfig());
}

function checked(optimizer: Optimizer, config: unknown): Readonly<Record<string, Json>> {
  const copy = copyOfJson(kindOf(optimizer), '', config);
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    throw wrongType(`config of ${describe(optimizer)}`, 'an object', config);
  }
  return copy as Readonly<Record<string, Json>>;
}

/** The options of a class of optimizers, by what its configs call them. */
export function configKeysOf(optimizer: Optimizer): ConfigKeys {
  return { ...BASE_KEYS, ...(optimizer.constructor as { configKeys?: ConfigKeys }).configKeys };
}

/** An option as it was given: most of those that are functions or Variables show the number that is in force. */
export function optionOf(optimizer: Optimizer, option: string): unknown {
  const given = optimizer[GIVEN]() as Record<string, unknown>;
  return Object.hasOwn(given, option) ? given[option] : (optimizer as unknown as Record<string, unknown>)[option];
}

/** Options that are functions, of which a config has but the number that they last gave. */
export function functionsOf(optimizer: Optimizer): string[] {
  return Object.values(configKeysOf(optimizer)).filter((option) => typeof optionOf(optimizer, option) === 'function');
}

/** Where in a config that of a schedule begins. */
const OF_SCHEDULE = '.learning_rate.config';

function kindOf(optimizer: Optimizer): JsonKind {
  const nameOf = (path: string) => {
    const isOfSchedule = path.startsWith(`${OF_SCHEDULE}.`);
    const holder = isOfSchedule ? optimizer.learningRate : optimizer;
    return `config${isOfSchedule ? path.slice(OF_SCHEDULE.length) : path} of ${describe(holder)}`;
  };
  return { nameOf, value: 'JSON', number: 'a number that JSON can hold', mayLack: true };
}
