import { rangeError } from '../arguments/errors.js';
import { checkOptions } from '../arguments/options.js';
import { checkNumber, checkSeed, finiteFloat32 } from '../arguments/ranges.js';
import { Random } from '../math/random.js';
import { formatShape, sizeOf } from '../variables/shape.js';
import { type Initializer, initializerOf } from './initializer.js';
import type { SeedOption } from './random-normal.js';

/** Options of `orthogonal`. */
export interface OrthogonalOptions extends SeedOption {
  /** Factor of the orthogonal matrix, finite. Default: 1. */
  gain?: number;
}

/**
 * `gain` times a random orthogonal matrix, uniform among them. All dimensions but the last count as rows. The rows are
 * orthonormal if there are fewer rows than columns, else the columns are. After `tf.keras.initializers.Orthogonal`,
 * though not with its bits; Saxe et al. 2014, https://arxiv.org/abs/1312.6120.
 *
 * The initializer throws a RangeError `ERR_ADAMAX_SHAPE` for a shape of less than two dimensions.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function orthogonal(options: OrthogonalOptions = {}): Initializer {
  checkOptions('orthogonal', options, ['gain', 'seed']);
  const { gain = 1, seed = null } = options;
  checkNumber('gain', gain, finiteFloat32);
  checkSeed(seed);
  return initializerOf((values, shape) => {
    if (shape.length < 2) {
      const expected = 'at least 2 dimensions';
      throw rangeError('ERR_ADAMAX_SHAPE', `shape of orthogonal must have ${expected}: received ${formatShape(shape)}`);
    }
    const rows = sizeOf(shape.slice(0, -1));
    const columns = shape[shape.length - 1];
    const length = Math.max(rows, columns);
    const random = new Random(seed);
    const vectors = Float64Array.from({ length: values.length }, () => random.normal());
    orthonormalize(vectors, length);
    // the vectors lie one after another: they are the rows, or the columns
    const [ofRow, ofColumn] = rows < columns ? [length, 1] : [1, length];
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        values[i] = gain * vectors[row * ofRow + column * ofColumn];
      }
    }
  });
}

/**
 * Gram and Schmidt's method, modified, on vectors of one length. The factors it divides by are positive. Keras makes
 * them so by turning signs after a QR decomposition; otherwise the matrix would not be uniform.
 */
export function orthonormalize(vectors: Float64Array, length: number): void {
  for (let begin = 0; begin < vectors.length; begin += length) {
    let before: number;
    let norm = normOf(vectors, begin, length);
    do {
      before = norm;
      for (let other = 0; other < begin; other += length) removeProjection(vectors, begin, other, length);
      norm = normOf(vectors, begin, length);
    } while (norm < 0.1 * before); // where much cancels, orthogonality is lost
    for (let i = 0; i < length; i++) vectors[begin + i] /= norm;
  }
}

function normOf(vectors: Float64Array, begin: number, length: number): number {
  let sum = 0;
  for (let i = begin; i < begin + length; i++) sum += vectors[i] * vectors[i];
  return Math.sqrt(sum);
}

/** Subtracts from one vector its part along another, of norm 1. */
function removeProjection(vectors: Float64Array, begin: number, other: number, length: number): void {
  let product = 0;
  for (let i = 0; i < length; i++) product += vectors[begin + i] * vectors[other + i];
  for (let i = 0; i < length; i++) vectors[begin + i] -= product * vectors[other + i];
}
