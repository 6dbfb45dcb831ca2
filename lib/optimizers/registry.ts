/** `optimizers`: from names and configs to optimizers and back, after `tf.keras.optimizers`. */
import { wrongType } from '../arguments/errors.js';
import { checkString } from '../arguments/options.js';
import { configError, readSerialized } from '../serialization/serialized.js';
import { Adamax } from './adamax.js';
import type { Config, CustomObjects } from './config.js';
import { Optimizer } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';

/** A class that a config can be turned into. */
export interface OptimizerClass {
  new (options?: never): Optimizer;
  fromConfig(config: object, customObjects?: CustomObjects): Optimizer;
}

/** `{ class_name, config }`, as Keras writes it. */
export interface SerializedOptimizer {
  class_name: string;
  config: Config;
}

const classes = new Map<string, OptimizerClass>();

/**
 * Makes a class known to `deserialize` and `get` by a name, whose case does not matter.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` unless the class extends `Optimizer`
 */
export function register(name: string, optimizer: OptimizerClass): void {
  checkString('name', name);
  if (typeof optimizer !== 'function' || !(optimizer.prototype instanceof Optimizer)) {
    throw wrongType('optimizer', 'a class that extends Optimizer', optimizer);
  }
  classes.set(name.toLowerCase(), optimizer);
}

register('Adamax', Adamax);
register('RMSprop', RMSprop);
register('SGD', SGD);

/** The class name and the config, without the state. */
export function serialize(optimizer: Optimizer): SerializedOptimizer {
  if (!(optimizer instanceof Optimizer)) throw wrongType('optimizer', 'an Optimizer', optimizer);
  return { class_name: optimizer.constructor.name, config: optimizer.getConfig() };
}

/**
 * The reverse of `serialize`. Takes Keras' later forms too, with `module`, `registered_name` and the like.
 * @param customObjects - classes of optimizers and schedules by name, looked up before the registered ones
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_CONFIG` for a class that is unknown
 */
export function deserialize(config: unknown, customObjects: CustomObjects = {}): Optimizer {
  const serialized = readSerialized('config', config);
  const { className } = serialized;
  const custom = Object.hasOwn(customObjects, className) ? customObjects[className] : undefined;
  const Class = (custom as OptimizerClass | undefined) ?? classes.get(className.toLowerCase());
  if (typeof Class?.fromConfig !== 'function') {
    throw configError('config.class_name', `one of ${[...classes.keys()].join(', ')} or in customObjects`, className);
  }
  return Class.fromConfig(serialized.config, customObjects);
}

/**
 * An optimizer from what a user may say: an optimizer itself, a registered name, or a serialized form.
 * @throws as `deserialize`
 */
export function get(identifier: Optimizer | string | SerializedOptimizer): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') return deserialize({ class_name: identifier, config: {} });
  if (typeof identifier === 'object' && identifier !== null) return deserialize(identifier);
  throw wrongType('identifier', 'an optimizer, a name, or { class_name, config }', identifier);
}
