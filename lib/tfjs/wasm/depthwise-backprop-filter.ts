import type { backend_util, DepthwiseConv2dNativeBackpropFilterAttrs } from '@tensorflow/tfjs-core';
import { convInfo } from './conv-info.js';
import { forEachRun, type PixelRun } from './depthwise-runs.js';
import { type Infos, sizeOf, type TrainingKernel } from './kernel.js';

/** What each weight of a depthwise convolution has done: the sum of x times dy where they met, in float64. */
export const depthwiseBackpropFilter: TrainingKernel<Infos<'x' | 'dy'>, DepthwiseConv2dNativeBackpropFilterAttrs> = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  create:
    (tf) =>
    ({ inputs: { x, dy }, attrs, backend }) => {
      const info = convInfo(tf, x.shape, attrs.filterShape, attrs, true);
      const out = backend.makeOutput(info.filterShape, 'float32');
      const inputs = backend.typedArrayFromHeap(x) as Float32Array;
      const gradients = backend.typedArrayFromHeap(dy) as Float32Array;
      const sums = new Float64Array(sizeOf(out.shape));
      forEachRun(info, (run) => addRun(sums, inputs, gradients, run, info));
      backend.typedArrayFromHeap(out).set(sums);
      return out;
    },
};

/**
 * Arrays are arguments, since an engine reads those of an outer function anew for each number: a third of the speed.
 */
function addRun(
  sums: Float64Array,
  inputs: Float32Array,
  gradients: Float32Array,
  { pixels, weight, x, y }: PixelRun,
  { inChannels, outChannels, strideWidth }: backend_util.Conv2DInfo,
): void {
  const step = strideWidth * inChannels;
  const multiplier = outChannels / inChannels;
  for (let channel = 0; channel < outChannels; channel++) {
    let sum = 0;
    let input = x + Math.floor(channel / multiplier);
    let gradient = y + channel;
    for (let pixel = 0; pixel < pixels; pixel++) {
      sum += inputs[input] * gradients[gradient];
      input += step;
      gradient += outChannels;
    }
    sums[weight + channel] += sum;
  }
}
