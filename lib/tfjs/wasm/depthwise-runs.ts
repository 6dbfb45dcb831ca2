import type { backend_util } from '@tensorflow/tfjs-core';

/** Pixels of x beside each other which one weight takes to pixels of y. */
export interface PixelRun {
  readonly pixels: number;
  /** Where the channels of the weight begin, of the first pixel of x, and of the first of y. */
  readonly weight: number;
  readonly x: number;
  readonly y: number;
}

/** Goes through the places of a depthwise filter over images, a row of them at a time. */
export function forEachRun(info: backend_util.Conv2DInfo, meet: (run: PixelRun) => void): void {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  for (let column = 0; column < filterWidth; column++) {
    // Beyond these columns of y the weight lies beside the image.
    const first = Math.max(0, Math.ceil((padInfo.left - column) / strideWidth));
    const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 + padInfo.left - column) / strideWidth));
    const pixels = last - first + 1;
    if (pixels <= 0) continue;
    for (let row = 0; row < filterHeight; row++) {
      const weight = (row * filterWidth + column) * outChannels;
      for (let image = 0; image < batchSize; image++) {
        for (let yRow = 0; yRow < outHeight; yRow++) {
          const xRow = yRow * strideHeight + row - padInfo.top;
          if (xRow < 0 || xRow >= inHeight) continue;
          const x = (image * inHeight + xRow) * inWidth + first * strideWidth + column - padInfo.left;
          const y = (image * outHeight + yRow) * outWidth + first;
          meet({ pixels, weight, x: x * inChannels, y: y * outChannels });
        }
      }
    }
  }
}
