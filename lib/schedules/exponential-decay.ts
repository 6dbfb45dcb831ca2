import { checkNumber, finite, nonNegative } from '../domains.js';
import { powerOf } from '../math/elementary.js';
import { checkBoolean, checkOptions } from '../options.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

export interface ExponentialDecayOptions extends ScheduleOptions {
  /** The rate at step 0: a finite number. */
  initialLearningRate: number;
  /** Steps in which the rate is multiplied by `decayRate` once: > 0. */
  decaySteps: number;
  /** Factor: ≥ 0. */
  decayRate: number;
  /** Whether the rate changes only at whole multiples of `decaySteps`. Default: false. */
  staircase?: boolean;
}

/**
 * Exponential decay.
 *
 *     rate(s) = initialLearningRate · decayRate^p      p = s / decaySteps, or ⌊s / decaySteps⌋ with `staircase`
 *
 * After `tf.keras.optimizers.schedules.ExponentialDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/optimizers/schedules/ExponentialDecay).
 *
 * @example
 * new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.96 }).call(500); // 0.1 · √0.96
 */
export class ExponentialDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: ExponentialDecayOptions) {
    super();
    checkOptions('ExponentialDecay', options, OPTIONS);
    const { initialLearningRate, decaySteps, decayRate, staircase = false, name = null } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('decayRate', decayRate, nonNegative);
    checkBoolean('staircase', staircase);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.decayRate = decayRate;
    this.staircase = staircase;
    this.name = name;
  }

  /** @param step - in [0, 2⁵³) */
  override call(step: number): number {
    checkStep(step);
    const p = step / this.decaySteps;
    return this.initialLearningRate * powerOf(this.decayRate, this.staircase ? Math.floor(p) : p);
  }

  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      decay_rate: this.decayRate,
      staircase: this.staircase,
      name: this.name,
    };
  }

  /** The inherited one, with its type. */
  declare static fromConfig: (config: object) => ExponentialDecay;
}

const OPTIONS = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'];
