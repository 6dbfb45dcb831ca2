import { checkOptions } from '../arguments/options.js';
import { checkNumber, finite, nonNegative } from '../arguments/ranges.js';
import { cosPi } from '../math/elementary.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** Options of `CosineDecay`. */
export interface CosineDecayOptions extends ScheduleOptions {
  /** The rate at step 0: a finite number. */
  initialLearningRate: number;
  /** Steps of the decay, after the warm-up: > 0. */
  decaySteps: number;
  /** The rate at the end, as a fraction of the rate the decay begins with: a finite number. Default: 0. */
  alpha?: number;
  /**
   * The rate at the end of the warm-up: a finite number. Null, the default, is no warm-up, whatever `warmupSteps` is.
   */
  warmupTarget?: number | null;
  /** Steps of the warm-up: ≥ 0. Default: 0. */
  warmupSteps?: number;
}

/**
 * Cosine decay, after a linear warm-up if one is asked for.
 *
 *     rate(s) = r · ((1 − alpha) · ½(1 + cos(π · min(s − w, decaySteps) / decaySteps)) + alpha)     s ≥ w
 *     rate(s) = initialLearningRate + (warmupTarget − initialLearningRate) · s / w                  s < w
 *
 * with r = warmupTarget and w = warmupSteps, or r = initialLearningRate and w = 0 without a `warmupTarget`.
 *
 * After `tf.keras.experimental.CosineDecay` of TF 2.2 and, for the warm-up, `keras.optimizers.schedules.CosineDecay`
 * (https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/); Loshchilov & Hutter 2016,
 * https://arxiv.org/abs/1608.03983; Goyal et al. 2017, https://arxiv.org/abs/1706.02677.
 *
 * @example
 * new CosineDecay({ initialLearningRate: 0, warmupTarget: 0.1, warmupSteps: 1000, decaySteps: 9000 });
 */
export class CosineDecay extends LearningRateSchedule {
  /** The rate at step 0: a finite number. */
  readonly initialLearningRate: number;
  /** Steps of the decay, after the warm-up: > 0. */
  readonly decaySteps: number;
  /** The rate at the end, as a fraction of the rate the decay begins with: a finite number. */
  readonly alpha: number;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;
  /** The rate at the end of the warm-up: a finite number. Null is no warm-up, whatever `warmupSteps` is. */
  readonly warmupTarget: number | null;
  /** Steps of the warm-up: ≥ 0. */
  readonly warmupSteps: number;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: CosineDecayOptions) {
    super();
    checkOptions('CosineDecay', options, OPTIONS);
    const { initialLearningRate, decaySteps, alpha = 0, name = null, warmupTarget = null, warmupSteps = 0 } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('alpha', alpha, finite);
    checkName(name);
    if (warmupTarget !== null) checkNumber('warmupTarget', warmupTarget, finite);
    checkNumber('warmupSteps', warmupSteps, nonNegative);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.alpha = alpha;
    this.name = name;
    this.warmupTarget = warmupTarget;
    this.warmupSteps = warmupSteps;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkStep(step);
    if (this.warmupTarget === null) return this.#decayed(this.initialLearningRate, step);
    if (step >= this.warmupSteps) return this.#decayed(this.warmupTarget, step - this.warmupSteps);
    return (this.warmupTarget - this.initialLearningRate) * (step / this.warmupSteps) + this.initialLearningRate;
  }

  #decayed(rate: number, step: number): number {
    const cosine = 0.5 * (1 + cosPi(Math.min(1, step / this.decaySteps)));
    return rate * ((1 - this.alpha) * cosine + this.alpha);
  }

  /** The keys of the warm-up are left out where there is none: TF 2.2 does not know them, and would refuse. */
  override getConfig(): ScheduleConfig {
    const warmup = { warmup_target: this.warmupTarget, warmup_steps: this.warmupSteps };
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      alpha: this.alpha,
      name: this.name,
      ...(this.warmupTarget === null && this.warmupSteps === 0 ? {} : warmup),
    };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => CosineDecay;
}

const OPTIONS = ['initialLearningRate', 'decaySteps', 'alpha', 'name', 'warmupTarget', 'warmupSteps'];
