import type { backend_util, DepthwiseConv2dNativeBackpropInputAttrs } from '@tensorflow/tfjs-core';
import { convInfo } from './conv-info.js';
import { forEachRun, type PixelRun } from './depthwise-runs.js';
import type { Infos, TrainingKernel } from './kernel.js';

/** What each pixel of a depthwise convolution has done: the sum of the weights times dy where they met. */
export const depthwiseBackpropInput: TrainingKernel<Infos<'dy' | 'filter'>, DepthwiseConv2dNativeBackpropInputAttrs> = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  create:
    (tf) =>
    ({ inputs: { dy, filter }, attrs, backend }) => {
      const info = convInfo(tf, attrs.inputShape, filter.shape, attrs, true);
      const out = backend.makeOutput(info.inShape, 'float32');
      const weights = backend.typedArrayFromHeap(filter) as Float32Array;
      const gradients = backend.typedArrayFromHeap(dy) as Float32Array;
      const sums = (backend.typedArrayFromHeap(out) as Float32Array).fill(0);
      forEachRun(info, (run) => addRun(sums, weights, gradients, run, info));
      return out;
    },
};

/** Arrays are arguments for the same reason as those of the filter's gradient. */
function addRun(
  sums: Float32Array,
  weights: Float32Array,
  gradients: Float32Array,
  { pixels, weight, x, y }: PixelRun,
  { inChannels, outChannels, strideWidth }: backend_util.Conv2DInfo,
): void {
  const step = strideWidth * inChannels;
  const multiplier = outChannels / inChannels;
  for (let channel = 0; channel < outChannels; channel++) {
    const value = weights[weight + channel];
    let sum = x + Math.floor(channel / multiplier);
    let gradient = y + channel;
    for (let pixel = 0; pixel < pixels; pixel++) {
      sums[sum] += value * gradients[gradient];
      sum += step;
      gradient += outChannels;
    }
  }
}
