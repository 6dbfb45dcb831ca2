import { checkBoolean, checkOptions } from '../arguments/options.js';
import { checkNumber, finite, nonNegative } from '../arguments/ranges.js';
import { powerOf } from '../math/elementary.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** Options of `PolynomialDecay`. */
export interface PolynomialDecayOptions extends ScheduleOptions {
  /** The rate at step 0: a finite number. */
  initialLearningRate: number;
  /** Steps in which the end is reached: > 0. */
  decaySteps: number;
  /** The rate at the end: a finite number, above the initial one too. Default: 0.0001. */
  endLearningRate?: number;
  /** Power of the polynomial: ≥ 0; 1 is a straight line. Default: 1. */
  power?: number;
  /** Whether it starts again after the end, stretched to the next multiple of `decaySteps`. Default: false. */
  cycle?: boolean;
}

/**
 * Polynomial decay from one rate to another.
 *
 *     rate(s) = (initialLearningRate − endLearningRate) · (1 − p)^power + endLearningRate
 *     p = min(s, decaySteps) / decaySteps,   or with `cycle`   s / (decaySteps · max(1, ⌈s / decaySteps⌉))
 *
 * With `cycle` a multiple of `decaySteps` is still the end of a cycle; the next begins one step later.
 *
 * After `tf.keras.optimizers.schedules.PolynomialDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/optimizers/schedules/PolynomialDecay).
 *
 * @example
 * new PolynomialDecay({ initialLearningRate: 0.1, decaySteps: 10000, endLearningRate: 0.01, power: 0.5 });
 */
export class PolynomialDecay extends LearningRateSchedule {
  /** The rate at step 0: a finite number. */
  readonly initialLearningRate: number;
  /** Steps in which the end is reached: > 0. */
  readonly decaySteps: number;
  /** The rate at the end: a finite number, above the initial one too. */
  readonly endLearningRate: number;
  /** Power of the polynomial: ≥ 0; 1 is a straight line. */
  readonly power: number;
  /** Whether it starts again after the end, stretched to the next multiple of `decaySteps`. */
  readonly cycle: boolean;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: PolynomialDecayOptions) {
    super();
    checkOptions('PolynomialDecay', options, OPTIONS);
    const {
      initialLearningRate,
      decaySteps,
      endLearningRate = 0.0001,
      power = 1,
      cycle = false,
      name = null,
    } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('endLearningRate', endLearningRate, finite);
    checkNumber('power', power, nonNegative);
    checkBoolean('cycle', cycle);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.endLearningRate = endLearningRate;
    this.power = power;
    this.cycle = cycle;
    this.name = name;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkStep(step);
    const end = this.cycle ? this.decaySteps * Math.max(1, Math.ceil(step / this.decaySteps)) : this.decaySteps;
    const left = Math.max(0, end - step) / end;
    return (this.initialLearningRate - this.endLearningRate) * powerOf(left, this.power) + this.endLearningRate;
  }

  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      end_learning_rate: this.endLearningRate,
      power: this.power,
      cycle: this.cycle,
      name: this.name,
    };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => PolynomialDecay;
}

const OPTIONS = ['initialLearningRate', 'decaySteps', 'endLearningRate', 'power', 'cycle', 'name'];
