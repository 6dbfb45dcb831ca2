import { checkOptions } from '../arguments/options.js';
import { checkNumber, finite } from '../arguments/ranges.js';
import { cosPi } from '../math/elementary.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** Options of `LinearCosineDecay`. */
export interface LinearCosineDecayOptions extends ScheduleOptions {
  /** The factor of all that follows: a finite number. */
  initialLearningRate: number;
  /** Steps of the decay: > 0. */
  decaySteps: number;
  /** Periods of the cosine in it: a finite number. Default: 0.5. */
  numPeriods?: number;
  /** Added to the linear part: a finite number. Default: 0. */
  alpha?: number;
  /** Added to the product: a finite number. Default: 0.001. */
  beta?: number;
}

/**
 * Linear decay times a cosine.
 *
 *     rate(s) = initialLearningRate · ((alpha + 1 − p) · ½(1 + cos(2π · numPeriods · p)) + beta)
 *     p = min(s, decaySteps) / decaySteps
 *
 * After `tf.keras.experimental.LinearCosineDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/experimental/LinearCosineDecay); Bello et al.
 * 2017, https://arxiv.org/abs/1709.07417.
 *
 * @example
 * new LinearCosineDecay({ initialLearningRate: 0.1, decaySteps: 1000 });
 */
export class LinearCosineDecay extends LearningRateSchedule {
  /** The factor of all that follows: a finite number. */
  readonly initialLearningRate: number;
  /** Steps of the decay: > 0. */
  readonly decaySteps: number;
  /** Periods of the cosine in it: a finite number. */
  readonly numPeriods: number;
  /** Added to the linear part: a finite number. */
  readonly alpha: number;
  /** Added to the product: a finite number. */
  readonly beta: number;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: LinearCosineDecayOptions) {
    super();
    checkOptions('LinearCosineDecay', options, OPTIONS);
    const { initialLearningRate, decaySteps, numPeriods = 0.5, alpha = 0, beta = 0.001, name = null } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('numPeriods', numPeriods, finite);
    checkNumber('alpha', alpha, finite);
    checkNumber('beta', beta, finite);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.numPeriods = numPeriods;
    this.alpha = alpha;
    this.beta = beta;
    this.name = name;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkStep(step);
    const completed = Math.min(step, this.decaySteps) / this.decaySteps;
    const linear = (this.decaySteps - Math.min(step, this.decaySteps)) / this.decaySteps;
    const cosine = 0.5 * (1 + cosPi(2 * this.numPeriods * completed));
    return this.initialLearningRate * ((this.alpha + linear) * cosine + this.beta);
  }

  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      num_periods: this.numPeriods,
      alpha: this.alpha,
      beta: this.beta,
      name: this.name,
    };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => LinearCosineDecay;
}

const OPTIONS = ['initialLearningRate', 'decaySteps', 'numPeriods', 'alpha', 'beta', 'name'];
