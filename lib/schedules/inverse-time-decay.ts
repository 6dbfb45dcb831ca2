import { StaircaseDecay, type StaircaseDecayOptions } from './staircase-decay.js';

/** Options of `InverseTimeDecay`. */
export interface InverseTimeDecayOptions extends StaircaseDecayOptions {}

/**
 * Inverse time decay.
 *
 *     rate(s) = initialLearningRate / (1 + decayRate · p)      p = s / decaySteps, or ⌊s / decaySteps⌋ with `staircase`
 *
 * After `tf.keras.optimizers.schedules.InverseTimeDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/optimizers/schedules/InverseTimeDecay).
 *
 * @example
 * new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 }).call(2); // 0.1 / 2
 */
export class InverseTimeDecay extends StaircaseDecay {
  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: InverseTimeDecayOptions) {
    super('InverseTimeDecay', options);
  }

  /**
   * The rate after `step` finished steps.
   * @param step - in [0, 2⁵³)
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    return this.initialLearningRate / (1 + this.decayRate * this.periodsAt(step));
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => InverseTimeDecay;
}
