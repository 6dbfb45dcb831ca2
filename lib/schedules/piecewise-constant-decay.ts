import { rangeError, wrongType, wrongValue } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { checkNumber, finite } from '../arguments/ranges.js';
import { checkName } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** Options of `PiecewiseConstantDecay`. */
export interface PiecewiseConstantDecayOptions extends ScheduleOptions {
  /** The last step of each piece but the last: finite numbers, each above the one before. */
  boundaries: readonly number[];
  /** The rate of each piece: one finite number more than there are boundaries. */
  values: readonly number[];
}

/**
 * A constant rate up to each boundary. A boundary itself belongs to the piece before it.
 *
 *     rate(s) = values[0]     s ≤ boundaries[0]
 *               values[i]     boundaries[i − 1] < s ≤ boundaries[i]
 *               values[n]     s > boundaries[n − 1]
 *
 * After `tf.keras.optimizers.schedules.PiecewiseConstantDecay`
 * (https://www.tensorflow.org/versions/r2.2/api_docs/python/tf/keras/optimizers/schedules/PiecewiseConstantDecay).
 * Without boundaries it is a constant, where Keras fails at the first call.
 *
 * @example
 * // 1 for the first 100,001 steps, 0.5 for the next 10,000, 0.1 from then on
 * new PiecewiseConstantDecay({ boundaries: [100000, 110000], values: [1, 0.5, 0.1] });
 */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  /** The last step of each piece but the last: finite numbers, each above the one before. */
  readonly boundaries: readonly number[];
  /** The rate of each piece: one finite number more than there are boundaries. */
  readonly values: readonly number[];
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`; `ERR_ADAMAX_LENGTH` unless there is one value more than boundaries
   */
  constructor(options: PiecewiseConstantDecayOptions) {
    super();
    checkOptions('PiecewiseConstantDecay', options, OPTIONS);
    const { boundaries, values, name = null } = options;
    this.boundaries = copyOfNumbers('boundaries', boundaries);
    this.values = copyOfNumbers('values', values);
    this.boundaries.forEach((boundary, i) => {
      if (i > 0 && !(boundary > this.boundaries[i - 1])) {
        throw wrongValue(`boundaries[${i}]`, `above boundaries[${i - 1}], ${this.boundaries[i - 1]}`, boundary);
      }
    });
    if (this.values.length !== this.boundaries.length + 1) {
      const expected = `${this.boundaries.length + 1} numbers, one more than boundaries`;
      throw rangeError('ERR_ADAMAX_LENGTH', `values must have ${expected}: received ${this.values.length}`);
    }
    checkName(name);
    this.name = name;
  }

  /**
   * The rate after `step` finished steps.
   * @param step - any finite number: what lies before the first step is in the first piece
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  override call(step: number): number {
    checkNumber('step', step, finite);
    const piece = this.boundaries.findIndex((boundary) => step <= boundary);
    return this.values[piece < 0 ? this.boundaries.length : piece];
  }

  override getConfig(): ScheduleConfig {
    return { boundaries: [...this.boundaries], values: [...this.values], name: this.name };
  }

  /** `fromConfig` is inherited; this gives its type. */
  declare static fromConfig: (config: object) => PiecewiseConstantDecay;
}

const OPTIONS = ['boundaries', 'values', 'name'];

function copyOfNumbers(argument: string, list: unknown): readonly number[] {
  if (!Array.isArray(list)) throw wrongType(argument, 'an array of numbers', list);
  const numbers = Array.from(list as unknown[], (x, i) => {
    checkNumber(`${argument}[${i}]`, x, finite);
    return x;
  });
  return Object.freeze(numbers);
}
