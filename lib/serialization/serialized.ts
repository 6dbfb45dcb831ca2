import { describe, rangeError } from '../arguments/errors.js';
import { checkOptions, checkRecord, checkString } from '../arguments/options.js';

/** An object of Keras in its serialised form, read and checked. */
export interface Serialized {
  readonly className: string;
  /** The name it is registered under, for a class that is not Keras' own. */
  readonly registeredName: string | null;
  /** Where its class comes from, if that is said. */
  readonly module: string | null;
  readonly config: object;
}

/** TF 2.2 writes the first two, later versions the others too. */
const KEYS = [
  'class_name',
  'config',
  'module',
  'registered_name',
  'build_config',
  'compile_config',
  'shared_object_id',
];

const OWN_MODULE = /^(keras|tf_keras|tensorflow)(\.|$)/;

/**
 * Reads `{ class_name, config }` and the later `{ module, class_name, config, registered_name, … }`. What has no
 * meaning here must be empty.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; `ERR_ADAMAX_OPTION` for a key nobody knows
 * @throws RangeError `ERR_ADAMAX_CONFIG` for a `build_config` or `compile_config` that holds anything
 */
export function readSerialized(argument: string, value: unknown): Serialized {
  checkOptions(argument, value, KEYS);
  const serialized = value as Record<string, unknown>;
  const { class_name: className, config, module = null, registered_name: registeredName = null } = serialized;
  checkString(`${argument}.class_name`, className);
  if (module !== null) checkString(`${argument}.module`, module);
  if (registeredName !== null) checkString(`${argument}.registered_name`, registeredName);
  for (const key of ['build_config', 'compile_config']) checkEmpty(`${argument}.${key}`, serialized[key]);
  return { className, registeredName, module, config: checkConfig(`${argument}.config`, config) };
}

/**
 * Throws unless the class is Keras' own: another module may have one of the same name that computes something else.
 * @param otherwise - what the caller can do about it, for the message
 * @throws RangeError `ERR_ADAMAX_CONFIG`
 */
export function checkOwn(argument: string, serialized: Serialized, otherwise: string): void {
  const { className, registeredName, module } = serialized;
  if (module !== null && !OWN_MODULE.test(module)) {
    throw configError(`${argument}.module`, `a module of Keras${otherwise}`, module);
  }
  if (registeredName !== null && registeredName !== className) {
    throw configError(`${argument}.registered_name`, `null${otherwise}`, registeredName);
  }
}

/** An error for a config that asks for what is not here. */
export function configError(argument: string, expected: string, value: unknown): RangeError {
  return rangeError('ERR_ADAMAX_CONFIG', `${argument} must be ${expected}: received ${describe(value)}`);
}

function checkConfig(argument: string, config: unknown): object {
  if (config === undefined || config === null) return {};
  checkRecord(argument, config);
  return config;
}

/** Keras writes an object of nulls, too, for what was never built. */
function checkEmpty(argument: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (typeof value !== 'object' || Object.values(value).some((part) => part !== null)) {
    throw configError(argument, 'null or empty', value);
  }
}
