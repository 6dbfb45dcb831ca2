import { isClass } from '../arguments/describe.js';
import { wrongType, wrongValue } from '../arguments/errors.js';
import { oneOf } from '../arguments/options.js';
import { Registry } from '../serialization/registry.js';
import { configError, readSerialized } from '../serialization/serialized.js';
import { constant, ones, zeros } from './constants.js';
import { identity } from './identity.js';
import type { Initializer, InitializerFunction } from './initializer.js';
import { orthogonal } from './orthogonal.js';
import { randomNormal, truncatedNormal } from './random-normal.js';
import { randomUniform } from './random-uniform.js';
import {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './variance-scaling.js';

type Factory = (options?: object) => Initializer;

const FACTORIES: Readonly<Record<string, Factory>> = {
  zeros,
  ones,
  constant,
  randomNormal,
  randomUniform,
  truncatedNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
  identity,
  varianceScaling,
};

/** Other names Keras has, in one version or another. */
const ALIASES: Readonly<Record<string, Factory>> = {
  zero: zeros,
  one: ones,
  uniform: randomUniform,
  normal: randomNormal,
  OrthogonalInitializer: orthogonal,
  orthogonal_initializer: orthogonal,
  IdentityInitializer: identity,
  identity_initializer: identity,
};

const registry = new Registry<Factory>(false, {
  unknown: '',
  foreign: () => ', or a function given instead',
});
/** Enters each factory by its name here, its class in Keras and its function there; the other names follow. */
for (const [name, factory] of Object.entries(FACTORIES)) {
  registry.add(name, factory);
  registry.add(name[0].toUpperCase() + name.slice(1), factory);
  registry.add(
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    factory,
  );
}
for (const [name, factory] of Object.entries(ALIASES)) registry.add(name, factory);

const ACCEPTED = 'the name of an initializer, { class_name, config } or a function';

/**
 * An initializer by any of its names, `'randomNormal'`, `'RandomNormal'` or `'random_normal'`; by Keras' JSON,
 * `{ class_name, config }`; or as a function, which is returned as it is. A factory, such as `zeros`, is called.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE` for a name nobody knows; `ERR_ADAMAX_CONFIG` for a config that asks for
 *   what is not here
 */
export function get(identifier: string): Initializer;
export function get(identifier: string | object | InitializerFunction): InitializerFunction;
export function get(identifier: unknown): InitializerFunction {
  return resolve('identifier', identifier, ACCEPTED);
}

/** Does what `get` does, with the words that the caller wants in messages. */
export function resolve(argument: string, identifier: unknown, accepted: string): InitializerFunction {
  if (typeof identifier === 'string') {
    const factory = registry.named(identifier);
    if (factory !== undefined) return factory();
    throw wrongValue(argument, oneOf(registry.names, identifier), identifier);
  }
  if (typeof identifier === 'function' && !isClass(identifier)) {
    const isFactory = Object.values(FACTORIES).includes(identifier as Factory);
    return isFactory ? (identifier as Factory)() : (identifier as InitializerFunction);
  }
  if (typeof identifier !== 'object' || identifier === null || !('class_name' in identifier)) {
    throw wrongType(argument, accepted, identifier);
  }
  return fromConfig(argument, identifier);
}

function fromConfig(argument: string, identifier: object): Initializer {
  const serialized = readSerialized(argument, identifier);
  const factory = registry.find(argument, serialized).value as Factory;
  const { dtype, ...options } = serialized.config as { dtype?: unknown };
  // classes of TF 1 write a dtype, and TF 2.2 reads it
  if (dtype !== undefined && dtype !== null && dtype !== 'float32') {
    throw configError(`${argument}.config.dtype`, `'float32' or null`, dtype);
  }
  return factory(options);
}
