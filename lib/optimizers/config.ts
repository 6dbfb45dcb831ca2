import { describe, typeError } from '../arguments/errors.js';
import { textHint } from '../arguments/hints.js';
import { checkRecord } from '../arguments/options.js';
import { suggestion } from '../arguments/suggestion.js';
import { deserialize, type ScheduleClass } from '../schedules/index.js';
import { checkCustomObjects } from '../serialization/registry.js';

/** Plain JSON, with Keras' own keys in Keras' order. */
export type Config = Record<string, unknown> & {
  /** The name of the optimizer. */
  name: string;
};

/** Keys of a config, each with the option it stands for. */
export type ConfigKeys = Readonly<Record<string, string>>;

/** Classes by the name a config has for them. */
export type CustomObjects = Readonly<Record<string, unknown>>;

export const BASE_KEYS: ConfigKeys = {
  name: 'name',
  clipnorm: 'clipnorm',
  clipvalue: 'clipvalue',
  learning_rate: 'learningRate',
  decay: 'decay',
  slot_dtype: 'slotDtype',
  non_finite: 'nonFinite',
};

/** Keys that later versions of Keras write, with the values at which they change nothing. */
const NEUTRAL: Readonly<Record<string, (value: unknown) => boolean>> = {
  weight_decay: (value) => value === null || value === 0 || value === false,
  global_clipnorm: (value) => value === null,
  use_ema: (value) => value === false,
  ema_momentum: () => true, // it has no effect without use_ema
  ema_overwrite_frequency: () => true,
  loss_scale_factor: (value) => value === null || value === 1,
  gradient_accumulation_steps: (value) => value === null || value === 1,
  jit_compile: (value) => typeof value === 'boolean',
  is_legacy_optimizer: (value) => typeof value === 'boolean',
};

/**
 * Turns a config into constructor options: known keys get the names of their options, neutral ones are dropped, and
 * others are an error.
 */
export function optionsFromConfig(
  config: unknown,
  keys: ConfigKeys,
  customObjects: CustomObjects | null | undefined,
): Record<string, unknown> {
  checkRecord('config', config, `an object${textHint(config)}`);
  if (customObjects !== undefined && customObjects !== null) checkCustomObjects(customObjects);
  const known = { ...BASE_KEYS, ...keys };
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (Object.hasOwn(known, key)) options[known[key]] = value;
    else if (key !== 'lr' && !(Object.hasOwn(NEUTRAL, key) && NEUTRAL[key](value))) throw unknownKey(key, value, known);
  }
  const { lr } = config as { lr?: unknown };
  if (lr !== undefined && lr !== null) options.learningRate = lr;
  if (typeof options.learningRate === 'object' && options.learningRate !== null) {
    options.learningRate = deserialize(
      options.learningRate,
      (customObjects ?? {}) as Readonly<Record<string, ScheduleClass>>,
    );
  }
  return options;
}

function unknownKey(key: string, value: unknown, known: ConfigKeys): TypeError {
  const keys = Object.keys(known);
  const message = Object.hasOwn(NEUTRAL, key)
    ? `config.${key} must be off or left out, since nothing here does it: received ${describe(value)}`
    : `config must only have the keys ${keys.join(', ')}${suggestion(key, keys)}: received ${describe(key)}`;
  return typeError('ERR_ADAMAX_OPTION', message);
}
