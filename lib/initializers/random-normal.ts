import { checkOptions } from '../arguments/options.js';
import { checkNumber, checkSeed, finiteFloat32, nonNegativeFloat32 } from '../arguments/ranges.js';
import { Random } from '../math/random.js';
import { type Initializer, initializerOf } from './initializer.js';

/** An option of every random initializer. */
export interface SeedOption {
  /**
   * A whole number: the same values at each call, and on every machine. Null, the default, draws a fresh seed at each
   * call.
   */
  seed?: number | null;
}

/** Options of `randomNormal` and `truncatedNormal`. */
export interface NormalOptions extends SeedOption {
  /** Mean: a finite number. Default: 0. */
  mean?: number;
  /** Standard deviation: ≥ 0. Default: 0.05. */
  stddev?: number;
}

/**
 * Normal distribution. After `tf.keras.initializers.RandomNormal`, though not with its bits.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function randomNormal(options: NormalOptions = {}): Initializer {
  return normalOf('randomNormal', options, (random) => random.normal());
}

/**
 * Normal distribution, drawn again until it lies within two standard deviations of the mean; what is left has a
 * standard deviation of 0.88 · `stddev`. After `tf.keras.initializers.TruncatedNormal`, though not with its bits.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function truncatedNormal(options: NormalOptions = {}): Initializer {
  return normalOf('truncatedNormal', options, (random) => random.truncatedNormal());
}

function normalOf(name: string, options: NormalOptions, draw: (random: Random) => number): Initializer {
  checkOptions(name, options, ['mean', 'stddev', 'seed']);
  const { mean = 0, stddev = 0.05, seed = null } = options;
  checkNumber('mean', mean, finiteFloat32);
  checkNumber('stddev', stddev, nonNegativeFloat32);
  checkSeed(seed);
  return initializerOf((values) => {
    const random = new Random(seed);
    for (let i = 0; i < values.length; i++) values[i] = mean + stddev * draw(random);
  });
}
