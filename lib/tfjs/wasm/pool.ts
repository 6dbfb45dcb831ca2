import type { AvgPoolAttrs, backend_util, MaxPoolAttrs } from '@tensorflow/tfjs-core';
import { wrongValue } from '../../arguments/errors.js';
import { overImages } from './image-windows.js';
import type { Infos } from './kernel.js';

/** Averages and maxima of windows. */
const pool = <Attrs extends AvgPoolAttrs & MaxPoolAttrs>(name: string) =>
  overImages<Infos<'x'>, Attrs>(
    name,
    (tf, { x }, { filterSize, strides, pad, dimRoundingMode }) =>
      tf.backend_util.computePool2DInfo(x.shape as Image, filterSize, strides, 1, pad, dimRoundingMode),
    checkWindows,
  );

type Image = [number, number, number, number];

export const avgPool = pool<AvgPoolAttrs>('AvgPool');
export const maxPool = pool<MaxPoolAttrs>('MaxPool');

/** For a window without a pixel XNNPACK takes one from elsewhere. */
function checkWindows(name: string, info: backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const hasPixels = (pixels: number, places: number, window: number, stride: number, start: number) =>
    start >= 0 && start < window && (places - 1) * stride - start < pixels;
  const isRight =
    hasPixels(inHeight, outHeight, filterHeight, strideHeight, top) &&
    hasPixels(inWidth, outWidth, filterWidth, strideWidth, left);
  if (isRight) return;
  throw wrongValue(`pad of ${name}`, 'one that leaves each window a pixel', [top, bottom, left, right]);
}
