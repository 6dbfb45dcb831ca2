import type { backend_util, Conv2DAttrs } from '@tensorflow/tfjs-core';
import { rangeError } from '../../arguments/errors.js';
import { formatShape } from '../../variables/shape.js';
import type { Tfjs } from '../namespace.js';

type Shape = Parameters<typeof backend_util.computeConv2DInfo>[0];
type Attrs = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & { dilations?: Conv2DAttrs['dilations'] | null };

/** Sizes, strides, dilations and paddings of a convolution. Of a gradient there are no dilations. */
export function convInfo(
  tf: Tfjs,
  xShape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: Attrs,
  depthwise = false,
): backend_util.Conv2DInfo {
  const shapes = [xShape, filterShape] as unknown as [Shape, Shape];
  return tf.backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, depthwise);
}

/** XNNPACK computes nothing of no channels, and says so on the console only. */
export function checkChannels(name: string, { inChannels, inShape }: backend_util.Conv2DInfo): void {
  if (inChannels > 0) return;
  throw rangeError('ERR_ADAMAX_SHAPE', `x of ${name} must have channels: received x of ${formatShape(inShape)}`);
}
