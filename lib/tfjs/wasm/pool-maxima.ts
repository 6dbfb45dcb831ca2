import type { TypedArray } from '@tensorflow/tfjs-core';
import type { PoolWindows } from './pool-windows.js';

/**
 * Where the greatest number of each window lies: the first of several, and a NaN only where there is nothing else.
 * TensorFlow.js starts its search at the least positive number in place of −∞, so that it finds none in a window
 * without positive numbers.
 */
export function maximaOf(x: TypedArray, windows: PoolWindows): Int32Array {
  const { batchSize, channels, from, to, window, strides, pads } = windows;
  const maxima = new Int32Array(batchSize * to[0] * to[1] * to[2] * channels);
  /** The pixels of the window that are there, along an axis. */
  const range = (axis: number, y: number): [number, number] => {
    const start = y * strides[axis] - pads[axis];
    return [Math.max(0, start), Math.min(from[axis], start + window[axis])];
  };
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let yDepth = 0; yDepth < to[0]; yDepth++) {
      const [front, back] = range(0, yDepth);
      for (let yRow = 0; yRow < to[1]; yRow++) {
        const [top, bottom] = range(1, yRow);
        for (let yColumn = 0; yColumn < to[2]; yColumn++) {
          const [left, right] = range(2, yColumn);
          for (let depth = front; depth < back; depth++) {
            for (let row = top; row < bottom; row++) {
              const line = ((image * from[0] + depth) * from[1] + row) * from[2];
              const isFirst = depth === front && row === top;
              keepGreater(maxima, at, x, (line + left) * channels, (line + right) * channels, channels, isFirst);
            }
          }
          at += channels;
        }
      }
    }
  }
  return maxima;
}

/**
 * Takes a row of a window into account, the numbers of `x` from `start` to `end`. Which of two is greater nobody
 * foresees, a processor least of all, so the choice is a mask and no branch: less than half the time.
 */
function keepGreater(
  maxima: Int32Array,
  at: number,
  x: TypedArray,
  start: number,
  end: number,
  channels: number,
  isFirst: boolean,
): void {
  for (let channel = 0; channel < channels; channel++) {
    let best = isFirst ? start + channel : maxima[at + channel];
    for (let i = start + channel; i < end; i += channels) {
      const greatest = x[best];
      const mask = -(+(x[i] > greatest) | +Number.isNaN(greatest));
      best ^= (best ^ i) & mask;
    }
    maxima[at + channel] = best;
  }
}
