/** What an optimizer says of itself, as a file has it. */
import { describe, wrongType } from '../../arguments/errors.js';
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
