import type { MaxPool3DAttrs, MaxPoolGradAttrs } from '@tensorflow/tfjs-core';
import { wrongValue } from '../../arguments/errors.js';
import type { Tfjs } from '../namespace.js';

/** Depth, height and width. An image is a volume of depth 1. */
type Size = readonly [number, number, number];

/** Windows that go over volumes of pixels, one for each pixel of the output. */
export interface PoolWindows {
  readonly batchSize: number;
  readonly channels: number;
  readonly from: Size;
  readonly to: Size;
  readonly window: Size;
  readonly strides: Size;
  /** How far the first window lies before the first pixel. */
  readonly pads: Size;
  readonly outShape: number[];
}

export function windowsOverImages(
  tf: Tfjs,
  shape: number[],
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolGradAttrs,
): PoolWindows {
  const xShape = shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(xShape, filterSize, strides, 1, pad, dimRoundingMode);
  return checkedWindows({
    batchSize: info.batchSize,
    channels: info.inChannels,
    from: [1, info.inHeight, info.inWidth],
    to: [1, info.outHeight, info.outWidth],
    window: [1, info.filterHeight, info.filterWidth],
    strides: [1, info.strideHeight, info.strideWidth],
    pads: [0, info.padInfo.top, info.padInfo.left],
    outShape: info.outShape,
  });
}

export function windowsOverVolumes(
  tf: Tfjs,
  shape: number[],
  { filterSize, strides, pad, dimRoundingMode }: Omit<MaxPool3DAttrs, 'dataFormat'>,
): PoolWindows {
  const xShape = shape as [number, number, number, number, number];
  const info = tf.backend_util.computePool3DInfo(xShape, filterSize, strides, 1, pad, dimRoundingMode);
  return checkedWindows({
    batchSize: info.batchSize,
    channels: info.inChannels,
    from: [info.inDepth, info.inHeight, info.inWidth],
    to: [info.outDepth, info.outHeight, info.outWidth],
    window: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    pads: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
    outShape: info.outShape,
  });
}

/** Windows each of which has a pixel, since nothing is the greatest of none. */
function checkedWindows(windows: PoolWindows): PoolWindows {
  const { from, to, window, strides, pads } = windows;
  const isRight = from.every((pixels, axis) => {
    const first = -pads[axis];
    const last = (to[axis] - 1) * strides[axis] + first;
    return to[axis] < 1 || (first + window[axis] > 0 && last < pixels);
  });
  if (isRight) return windows;
  throw wrongValue('pad', 'one that leaves each window a pixel', pads);
}
