import { checkOptions } from '../arguments/options.js';
import { checkNumber, checkSeed, finite, nonNegative } from '../arguments/ranges.js';
import { cosPi, powerOf } from '../math/elementary.js';
import { Random } from '../math/random.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig } from './learning-rate-schedule.js';
import type { LinearCosineDecayOptions } from './linear-cosine-decay.js';

/** Options of `NoisyLinearCosineDecay`. */
export interface NoisyLinearCosineDecayOptions extends LinearCosineDecayOptions {
  /** Variance of the noise at step 0: ≥ 0. Default: 1. */
  initialVariance?: number;
  /** Power of the step by which the variance falls: a finite number. Default: 0.55. */
  varianceDecay?: number;
  /** Chooses the noise: a whole number. Null, the default, is the same as 0. */
  seed?: number | null;
}

/**
 * Linear decay with noise, times a cosine.
 *
 *     rate(s) = initialLearningRate · ((alpha + 1 − p + ε) · ½(1 + cos(2π · numPeriods · p)) + beta)
 *     p = min(s, decaySteps) / decaySteps      ε ~ N(0, initialVariance / (1 + min(s, decaySteps))^varianceDecay)
 *
 * The noise is a function of the seed and the step (its whole part), the same on every machine, so that a resumed
 * training sees the rates it would have seen. (In Keras it is drawn anew at every call; there the rate of a step cannot
 * be had twice.) Two schedules of one seed have the same noise.
 *
 * After `tf.keras.experimental.NoisyLinearCosineDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/experimental/NoisyLinearCosineDecay); Bello et al.
 * 2017, https://arxiv.org/abs/1709.07417.
 *
 * @example
 * new NoisyLinearCosineDecay({ initialLearningRate: 0.1, decaySteps: 1000, initialVariance: 0.01, seed: 7 });
 */
export class NoisyLinearCosineDecay extends LearningRateSchedule {
  /** The factor of all that follows: a finite number. */
  readonly initialLearningRate: number;
  /** Steps of the decay: > 0. */
  readonly decaySteps: number;
  /** Variance of the noise at step 0: ≥ 0. */
  readonly initialVariance: number;
  /** Power of the step by which the variance falls: a finite number. */
  readonly varianceDecay: number;
  /** Periods of the cosine in it: a finite number. */
  readonly numPeriods: number;
  /** Added to the linear part: a finite number. */
  readonly alpha: number;
  /** Added to the product: a finite number. */
  readonly beta: number;
  /** Chooses the noise: a whole number. Null is the same as 0. */
  readonly seed: number | null;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: NoisyLinearCosineDecayOptions) {
    super();
    checkOptions('NoisyLinearCosineDecay', options, OPTIONS);
    const { initialLearningRate, decaySteps, initialVariance = 1, varianceDecay = 0.55 } = options;
    const { numPeriods = 0.5, alpha = 0, beta = 0.001, seed = null, name = null } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('initialVariance', initialVariance, nonNegative);
    checkNumber('varianceDecay', varianceDecay, finite);
    checkNumber('numPeriods', numPeriods, finite);
    checkNumber('alpha', alpha, finite);
    checkNumber('beta', beta, finite);
    checkSeed(seed);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.initialVariance = initialVariance;
    this.varianceDecay = varianceDecay;
    this.numPeriods = numPeriods;
    this.alpha = alpha;
    this.beta = beta;
    this.seed = seed;
    this.name = name;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkStep(step);
    const clipped = Math.min(step, this.decaySteps);
    const completed = clipped / this.decaySteps;
    const linear = (this.decaySteps - clipped) / this.decaySteps;
    const variance = this.initialVariance / powerOf(1 + clipped, this.varianceDecay);
    const noise = Math.sqrt(variance) * new Random(this.seed ?? 0, 'schedule', Math.floor(step)).normal();
    const cosine = 0.5 * (1 + cosPi(2 * this.numPeriods * completed));
    return this.initialLearningRate * ((this.alpha + linear + noise) * cosine + this.beta);
  }

  /** The seed is left out where it is null: TF 2.2 does not know it (later ones do), and would refuse. */
  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      initial_variance: this.initialVariance,
      variance_decay: this.varianceDecay,
      num_periods: this.numPeriods,
      alpha: this.alpha,
      beta: this.beta,
      ...(this.seed === null ? {} : { seed: this.seed }),
      name: this.name,
    };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => NoisyLinearCosineDecay;
}

const OPTIONS = [
  'initialLearningRate',
  'decaySteps',
  'initialVariance',
  'varianceDecay',
  'numPeriods',
  'alpha',
  'beta',
  'seed',
  'name',
];
