import { powerOf } from '../math/elementary.js';
import { StaircaseDecay, type StaircaseDecayOptions } from './staircase-decay.js';

/** Options of `ExponentialDecay`. */
export interface ExponentialDecayOptions extends StaircaseDecayOptions {}

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
export class ExponentialDecay extends StaircaseDecay {
  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: ExponentialDecayOptions) {
    super('ExponentialDecay', options);
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    return this.initialLearningRate * powerOf(this.decayRate, this.periodsAt(step));
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => ExponentialDecay;
}
