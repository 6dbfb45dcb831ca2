import type { NamedAttrMap, Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs } from './namespace.js';

/** The dimensions of a picture, and where its padding begins, as `computePool2DInfo` and `computePool3DInfo` name them. */
const DIMENSIONS = [
  ['Depth', 'front'],
  ['Height', 'top'],
  ['Width', 'left'],
] as const;

/**
 * What TensorFlow.js should be told in place of `dy`, since it divides the gradient of an average by the size of the
 * whole window, where the average itself was over the elements of the window that lie within the picture.
 * @param x - the input of the pooling, channels last
 */
export function paddingScale(tf: Tfjs, dy: Tensor, x: Tensor, attributes: NamedAttrMap): Tensor {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  if (pad === 'valid' || pad === 0) return dy;
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  const rest = [filterSize, strides, 1, pad, dimRoundingMode];
  const compute = (x.rank === 4 ? computePool2DInfo : computePool3DInfo) as (...args: unknown[]) => unknown;
  const info = compute(x.shape, ...rest) as Record<string, number> & { padInfo: Record<string, number> };
  let scaled = dy;
  DIMENSIONS.slice(x.rank === 4 ? 1 : 0).forEach(([name, side], i) => {
    const window = info[`filter${name}`];
    const weights = Array.from({ length: info[`out${name}`] }, (_, at) => {
      const first = at * info[`stride${name}`] - info.padInfo[side];
      const within = Math.min(first + window, info[`in${name}`]) - Math.max(first, 0);
      return window / Math.max(within, 1);
    });
    const shape = dy.shape.map((_, dimension) => (dimension === i + 1 ? weights.length : 1));
    scaled = tf.mul(scaled, tf.tensor(weights, shape));
  });
  return scaled;
}
