import { checkOptions } from '../arguments/options.js';
import { checkNumber, finite, nonNegative } from '../arguments/ranges.js';
import { cosPi, log, powerOf } from '../math/elementary.js';
import { atLeastOne, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** Options of `CosineDecayRestarts`. */
export interface CosineDecayRestartsOptions extends ScheduleOptions {
  /** The rate at step 0: a finite number. */
  initialLearningRate: number;
  /** Steps of the first period: ≥ 1. */
  firstDecaySteps: number;
  /** How much longer each period is than the one before: ≥ 1. Default: 2. */
  tMul?: number;
  /** The rate a period begins with, as a fraction of the one before: ≥ 0. Default: 1. */
  mMul?: number;
  /** The rate at the end of a period, as a fraction of `initialLearningRate`: a finite number. Default: 0. */
  alpha?: number;
}

/**
 * Cosine decay with warm restarts. Period i has firstDecaySteps · tMul^i steps, and begins when those before it are
 * over.
 *
 *     rate(s) = initialLearningRate · ((1 − alpha) · mMulⁱ · ½(1 + cos(π · f)) + alpha)
 *
 * with i the period of step s and f the fraction of it that is over, in [0, 1). A restart is never a step early or
 * late: periods of whole numbers of steps are counted exactly, and others but for the rounding of `tMul` itself, so
 * that 1.1, which has no binary form, restarts where it does in decimals. (Keras takes i from a float32 logarithm,
 * which is off by one at some restarts.)
 *
 * After `tf.keras.experimental.CosineDecayRestarts`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/experimental/CosineDecayRestarts); Loshchilov &
 * Hutter 2016, https://arxiv.org/abs/1608.03983. Keras sets no bounds on `tMul`; below 1 the periods would end one day.
 *
 * @example
 * new CosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 1000 }); // restarts at 1000, 3000, 7000, …
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  /** The rate at step 0: a finite number. */
  readonly initialLearningRate: number;
  /** Steps of the first period: ≥ 1. */
  readonly firstDecaySteps: number;
  /** How much longer each period is than the one before: ≥ 1. */
  readonly tMul: number;
  /** The rate a period begins with, as a fraction of the one before: ≥ 0. */
  readonly mMul: number;
  /** The rate at the end of a period, as a fraction of `initialLearningRate`: a finite number. */
  readonly alpha: number;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: CosineDecayRestartsOptions) {
    super();
    checkOptions('CosineDecayRestarts', options, OPTIONS);
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0, name = null } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('firstDecaySteps', firstDecaySteps, atLeastOne);
    checkNumber('tMul', tMul, atLeastOne);
    checkNumber('mMul', mMul, nonNegative);
    checkNumber('alpha', alpha, finite);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.firstDecaySteps = firstDecaySteps;
    this.tMul = tMul;
    this.mMul = mMul;
    this.alpha = alpha;
    this.name = name;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkStep(step);
    const { index, start, length } = this.#periodOf(step);
    const cosine = 0.5 * powerOf(this.mMul, index) * (1 + cosPi((step - start) / length));
    return this.initialLearningRate * ((1 - this.alpha) * cosine + this.alpha);
  }

  #periodOf(step: number): Period {
    let index = this.#estimate(step);
    let period = this.#period(index);
    while (period.start > step) period = this.#period(--index);
    for (;;) {
      const next = this.#period(++index);
      // tMul and the sum are rounded by so much; a bound above half a step would take a whole step for the next one
      const rounding = Math.min(0.5, step * (index + 2) * 2 ** -52);
      if (next.start - step > rounding) return period;
      period = next;
    }
  }

  /** The i at which first · (tⁱ − 1) / (t − 1), the length of all periods before i, is step; off by one at most. */
  #estimate(step: number): number {
    const periods = step / this.firstDecaySteps;
    const growth = this.tMul - 1;
    if (growth === 0) return Math.floor(periods);
    return Math.floor(log(1 + periods * growth) / log(this.tMul));
  }

  /** tⁱ and 1 + t + … + tⁱ⁻¹ by doubling i: sums of positive numbers, exact for a whole t as far as numbers go. */
  #period(index: number): Period {
    let power = 1;
    let sum = 0;
    let [power2, sum2] = [this.tMul, 1];
    for (let rest = index; rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) {
        sum += power * sum2;
        power *= power2;
      }
      sum2 += power2 * sum2;
      power2 *= power2;
    }
    return { index, start: this.firstDecaySteps * sum, length: this.firstDecaySteps * power };
  }

  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      first_decay_steps: this.firstDecaySteps,
      t_mul: this.tMul,
      m_mul: this.mMul,
      alpha: this.alpha,
      name: this.name,
    };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => CosineDecayRestarts;
}

interface Period {
  readonly index: number;
  /** Its first step. */
  readonly start: number;
  readonly length: number;
}

const OPTIONS = ['initialLearningRate', 'firstDecaySteps', 'tMul', 'mMul', 'alpha', 'name'];
