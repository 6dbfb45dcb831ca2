import { mark } from '../arguments/copies.js';
import { describe, typeError, wrongType } from '../arguments/errors.js';
import { demandMethods } from '../arguments/members.js';
import { checkRecord } from '../arguments/options.js';
import { written } from './names.js';

/** Plain JSON with Keras' own keys, in Keras' order. */
export type ScheduleConfig = Record<string, unknown>;

/** An option every schedule takes. */
export interface ScheduleOptions {
  /** Kept for the config's sake: there is no operation to name. Default: null, as in TF 2.2. */
  name?: string | null;
}

/**
 * A learning rate that follows the count of steps, after `tf.keras.optimizers.schedules.LearningRateSchedule`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/optimizers/schedules/LearningRateSchedule).
 *
 * A schedule holds no state: the rate depends on the step alone, so that a resumed training goes on where it was. The
 * arithmetic is float64; the optimizer rounds once.
 *
 * @example
 * class Halving extends LearningRateSchedule {
 *   constructor({ start }) {
 *     super();
 *     this.start = start;
 *   }
 *   call(step) {
 *     return this.start / 2 ** step;
 *   }
 *   getConfig() {
 *     return { start: this.start };
 *   }
 * }
 */
export abstract class LearningRateSchedule {
  /** The rate after `step` finished steps: 0 at the first step. */
  abstract call(step: number): number;

  /** Plain JSON from which `fromConfig` makes an equal schedule. */
  abstract getConfig(): ScheduleConfig;

  /**
   * For `JSON.stringify`: what `schedules.serialize` gives, and `schedules.deserialize` takes back.
   * @throws as `schedules.serialize`
   */
  toJSON(): {
    /** The class, by its name. */
    class_name: string;
    /** What `getConfig` gives. */
    config: ScheduleConfig;
  } {
    return written(this);
  }

  /**
   * The reverse of `getConfig`: constructs the class it is called on from one object of options, with each key's name
   * in camel case. Override it where the constructor takes something else. The config is left as it is.
   * @throws TypeError `ERR_ADAMAX_OPTION` for a key that is unknown; and what the constructor throws
   */
  static fromConfig(config: object): LearningRateSchedule {
    const Schedule = this as unknown as new (options: Record<string, unknown>) => LearningRateSchedule;
    return new Schedule(optionsOf(config));
  }
}

demandMethods(LearningRateSchedule, ['call']);

mark(LearningRateSchedule, 'a LearningRateSchedule');

function optionsOf(config: unknown): Record<string, unknown> {
  checkRecord('config', config);
  const options = Object.entries(config).map(([key, value]): [string, unknown] => {
    if (/[A-Z]/.test(key)) {
      throw typeError('ERR_ADAMAX_OPTION', `config must have its keys in snake case: received ${describe(key)}`);
    }
    if (value === undefined) throw wrongType(`config.${key}`, 'a value', value);
    return [key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()), value];
  });
  return Object.fromEntries(options);
}
