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
    true,
  );

type Image = [number, number, number, number];

export const avgPool = pool<AvgPoolAttrs>('AvgPool');
export const maxPool = pool<MaxPoolAttrs>('MaxPool');

/** XNNPACK takes a pixel from elsewhere for a window without one, and where padding is to leave pixels out. */
function checkWindows(name: string, info: backend_util.Conv2DInfo): void {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { top, bottom, left, right } = info.padInfo;
  const isRight = (pixels: number, places: number, window: number, stride: number, pad: number) =>
    pad >= 0 && pad < window && (places - 1) * stride - pad < pixels;
  const rows = isRight(inHeight, outHeight, filterHeight, strideHeight, top);
  if (rows && isRight(inWidth, outWidth, filterWidth, strideWidth, left)) return;
  throw wrongValue(`pad of ${name}`, 'one that leaves each window a pixel', [top, bottom, left, right]);
}
