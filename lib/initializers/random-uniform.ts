import { wrongValue } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { checkNumber, checkSeed, finiteFloat32 } from '../arguments/ranges.js';
import { Random } from '../math/random.js';
import { type Initializer, initializerOf } from './initializer.js';
import type { SeedOption } from './random-normal.js';

/** Options of `randomUniform`. */
export interface UniformOptions extends SeedOption {
  /** Lower bound, itself included: a finite number. Default: −0.05. */
  minval?: number;
  /** Upper bound, itself left out but for rounding: a finite number, ≥ `minval`. Default: 0.05. */
  maxval?: number;
}

/**
 * Uniform distribution, on 2²⁴ points from `minval` up to `maxval`. After `tf.keras.initializers.RandomUniform`, though
 * not with its bits.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function randomUniform(options: UniformOptions = {}): Initializer {
  checkOptions('randomUniform', options, ['minval', 'maxval', 'seed']);
  const { minval = -0.05, maxval = 0.05, seed = null } = options;
  checkNumber('minval', minval, finiteFloat32);
  checkNumber('maxval', maxval, finiteFloat32);
  if (maxval < minval) throw wrongValue('maxval', `≥ minval, ${minval}`, maxval);
  checkSeed(seed);
  return initializerOf((values) => {
    const random = new Random(seed);
    for (let i = 0; i < values.length; i++) values[i] = minval + (maxval - minval) * random.uniform();
  });
}
