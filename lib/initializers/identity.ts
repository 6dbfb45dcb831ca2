import { rangeError } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { checkNumber, finiteFloat32 } from '../arguments/ranges.js';
import { formatShape } from '../variables/shape.js';
import { type Initializer, initializerOf } from './initializer.js';

/** An option of `identity`. */
export interface IdentityOptions {
  /** The number on the diagonal, finite. Default: 1. */
  gain?: number;
}

/**
 * `gain` on the diagonal of a matrix, which need not be square, and zeros elsewhere. After
 * `tf.keras.initializers.Identity`.
 *
 * The initializer throws a RangeError `ERR_ADAMAX_SHAPE` unless the shape has two dimensions.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function identity(options: IdentityOptions = {}): Initializer {
  checkOptions('identity', options, ['gain']);
  const { gain = 1 } = options;
  checkNumber('gain', gain, finiteFloat32);
  return initializerOf((values, shape) => {
    if (shape.length !== 2) {
      throw rangeError('ERR_ADAMAX_SHAPE', `shape of identity must have 2 dimensions: received ${formatShape(shape)}`);
    }
    const [rows, columns] = shape;
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
  });
}
