import type { backend_util, Conv2DBackpropFilterAttrs } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';

type Shape = Parameters<typeof backend_util.computeConv2DInfo>[0];
type Attrs = Pick<Conv2DBackpropFilterAttrs, 'strides' | 'pad' | 'dimRoundingMode'>;

/**
 * Sizes, strides and paddings of a convolution whose gradient is wanted. TensorFlow.js differentiates no dilated one.
 */
export function convInfo(
  tf: Tfjs,
  xShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad, dimRoundingMode }: Attrs,
  depthwise = false,
): backend_util.Conv2DInfo {
  const shapes = [xShape, filterShape] as unknown as [Shape, Shape];
  return tf.backend_util.computeConv2DInfo(...shapes, strides, 1, pad, dimRoundingMode, depthwise);
}
