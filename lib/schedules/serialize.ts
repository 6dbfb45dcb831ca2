import { describe, typeError, wrongType } from '../arguments/errors.js';
import { readSerialized } from '../serialization/serialized.js';
import { CosineDecay } from './cosine-decay.js';
import { CosineDecayRestarts } from './cosine-decay-restarts.js';
import { ExponentialDecay } from './exponential-decay.js';
import { InverseTimeDecay } from './inverse-time-decay.js';
import { LearningRateSchedule, type ScheduleConfig } from './learning-rate-schedule.js';
import { LinearCosineDecay } from './linear-cosine-decay.js';
import { scheduleClasses, written } from './names.js';
import { NoisyLinearCosineDecay } from './noisy-linear-cosine-decay.js';
import { PiecewiseConstantDecay } from './piecewise-constant-decay.js';
import { PolynomialDecay } from './polynomial-decay.js';

/** A schedule as TF 2.2 writes it, and every later Keras reads it. */
export interface SerializedSchedule {
  /** The class, by its name. */
  class_name: string;
  /** What `getConfig` gives. */
  config: ScheduleConfig;
}

/** A class of schedules, as far as `deserialize` needs one. */
export interface ScheduleClass {
  /** Makes a schedule of what `getConfig` gave. */
  fromConfig(config: object): LearningRateSchedule;
}

for (const [name, Schedule] of Object.entries({
  ExponentialDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
  InverseTimeDecay,
  CosineDecay,
  CosineDecayRestarts,
  LinearCosineDecay,
  NoisyLinearCosineDecay,
})) {
  scheduleClasses.add(name, Schedule);
}

/**
 * A schedule as plain JSON: its class by name, and its config.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE` for what is not a schedule, has no config or no class name
 */
export function serialize(schedule: LearningRateSchedule): SerializedSchedule {
  if (!(schedule instanceof LearningRateSchedule)) throw wrongType('schedule', 'a LearningRateSchedule', schedule);
  return written(schedule);
}

/**
 * The reverse of `serialize`. Reads what TF 2.2 writes, `{ class_name, config }`, and what later Keras adds to it. The
 * config is left as it is.
 * @param customObjects - classes of the caller's own by name; they come before those of the same name here
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; and what the class throws
 * @throws RangeError `ERR_ADAMAX_CONFIG` for a class that is unknown, or a feature that is not here
 */
export function deserialize(
  config: object,
  customObjects?: Readonly<Record<string, ScheduleClass>> | null,
): LearningRateSchedule {
  const serialized = readSerialized('config', config);
  const found = scheduleClasses.find('config', serialized, customObjects ?? {});
  return found.custom
    ? fromCustom(found.argument, found.value, serialized.config)
    : (found.value as ScheduleClass).fromConfig(serialized.config);
}

function fromCustom(argument: string, Custom: unknown, config: object): LearningRateSchedule {
  if (typeof Custom !== 'function' || typeof (Custom as Partial<ScheduleClass>).fromConfig !== 'function') {
    throw wrongType(argument, 'a class with a static fromConfig', Custom);
  }
  const schedule: unknown = (Custom as unknown as ScheduleClass).fromConfig(config);
  if (schedule instanceof LearningRateSchedule) return schedule;
  throw typeError(
    'ERR_ADAMAX_ARG_TYPE',
    `fromConfig of ${argument} must return a LearningRateSchedule: received ${describe(schedule)}`,
  );
}
