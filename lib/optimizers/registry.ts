/** `optimizers`: from names and configs to optimizers and back, after `tf.keras.optimizers`. */
import { describe, rangeError, wrongType } from '../arguments/errors.js';
import { closeMembers } from '../arguments/members.js';
import { checkString } from '../arguments/options.js';
import { readSerialized } from '../serialization/serialized.js';
import { Adagrad } from './adagrad.js';
import { Adamax } from './adamax.js';
import type { Config, CustomObjects } from './config.js';
import { optimizerClasses } from './names.js';
import { Optimizer } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

/** A class that a config can be turned into. */
export interface OptimizerClass {
  new (options?: never): Optimizer;
  /** Makes an optimizer of what `getConfig` gave. */
  fromConfig(config: object, customObjects?: CustomObjects | null): Optimizer;
}

/** `{ class_name, config }`, as Keras writes it. */
export interface SerializedOptimizer {
  /** The class, by the name it is registered under. */
  class_name: string;
  /** What `getConfig` gives. */
  config: Config;
}

/**
 * Makes a class known to `deserialize` and `get` by a name, whose case does not matter.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` unless the class extends `Optimizer`
 */
export function register(name: string, optimizer: OptimizerClass): void {
  checkString('name', name);
  if (typeof optimizer !== 'function' || !(optimizer.prototype instanceof Optimizer)) {
    throw wrongType('optimizer', 'a class that extends Optimizer', optimizer);
  }
  optimizerClasses.register(name, optimizer);
}

for (const [name, Class] of Object.entries({ Adagrad, Adamax, RMSprop, SGD })) {
  optimizerClasses.add(name, Class);
  closeMembers(name, Class);
}

/**
 * The class name and the config, without the state. A class goes by the name it was registered under, or else by its
 * own.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what is no optimizer, or has a class without a name
 */
export function serialize(optimizer: Optimizer): SerializedOptimizer {
  if (!(optimizer instanceof Optimizer)) throw wrongType('optimizer', 'an Optimizer', optimizer);
  const className = optimizerClasses.nameToWrite('optimizer', optimizer.constructor, optimizer);
  return { class_name: className, config: optimizer.getConfig() };
}

/**
 * The reverse of `serialize`. Takes Keras' later forms too, with `module`, `registered_name` and the like.
 * @param customObjects - classes of optimizers and schedules by name, looked up before the registered ones, by the
 *   registered name of the config first
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_CONFIG` for a class that is unknown
 */
export function deserialize(config: unknown, customObjects?: CustomObjects | null): Optimizer {
  const serialized = readSerialized('config', withoutState(config));
  const found = optimizerClasses.find('config', serialized, customObjects ?? {});
  const Class = found.value as OptimizerClass;
  if (typeof Class?.fromConfig !== 'function') {
    throw wrongType(found.custom ? found.argument : 'class', 'a class with a static fromConfig', Class);
  }
  return Class.fromConfig(serialized.config, customObjects);
}

/** Refuses what `JSON.stringify` made of an optimizer that had a state: nobody should take up a training without. */
function withoutState(config: unknown): unknown {
  const { state } = Object(config) as { state?: unknown };
  if (state === undefined) return config;
  const way = 'config.state must be left out, and the weights of getWeights() set by setWeights(weights)';
  throw rangeError('ERR_ADAMAX_CONFIG', `${way}: received ${describe(state)}`);
}

/**
 * An optimizer from what a user may say: an optimizer itself, a registered name, or a serialized form.
 * @throws as `deserialize`
 */
export function get(
  identifier: Optimizer | string | { readonly class_name: string; readonly config: object },
): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') return deserialize({ class_name: identifier, config: {} });
  if (typeof identifier === 'object' && identifier !== null) return deserialize(identifier);
  throw wrongType('identifier', 'an optimizer, a name, or { class_name, config }', identifier);
}
