import type { Conv3DBackpropInputV2Attrs } from '@tensorflow/tfjs-core';
import { imagesOf, layersOf } from './conv3d-layers.js';
import { type Infos, sizeOf, type TrainingKernel, zeros } from './kernel.js';

/**
 * What each pixel of a convolution of volumes has done: the sum over the layers of the filter of what it has done in a
 * convolution of images. TensorFlow.js 4.22 computes it wrongly.
 */
export const conv3dBackpropInput: TrainingKernel<Infos<'dy' | 'filter'>, Conv3DBackpropInputV2Attrs> = {
  name: 'Conv3DBackpropInputV2',
  create:
    (tf, run) =>
    ({ inputs: { dy, filter }, attrs, backend }) => {
      if (sizeOf(dy.shape) === 0) return zeros(attrs.inputShape, backend);
      const { info, runs, attrs: image } = layersOf(tf, attrs.inputShape, filter.shape, attrs);
      const { batchSize, inDepth, inHeight, inWidth, inChannels, strideDepth } = info;
      const out = backend.makeOutput(info.inShape, 'float32');
      backend.typedArrayFromHeap(out).fill(0);
      for (const { depth, layers, ...first } of runs) {
        const gradients = imagesOf(run, backend, dy, first.y, layers, 1);
        const weights = run('Slice', backend, { x: filter }, { begin: [depth, 0, 0, 0, 0], size: [1, -1, -1, -1, -1] });
        const images = { dy: gradients, filter: { ...weights, shape: weights.shape.slice(1) } };
        const inputShape = [gradients.shape[0], inHeight, inWidth, inChannels];
        const met = run('Conv2DBackpropInput', backend, images, { ...image, inputShape });
        const values = backend.typedArrayFromHeap(met);
        const sums = backend.typedArrayFromHeap(out);
        const size = inHeight * inWidth * inChannels;
        for (let i = 0; i < batchSize * layers; i++) {
          const volume = Math.floor(i / layers);
          const layer = first.x + (i % layers) * strideDepth;
          const to = (volume * inDepth + layer) * size;
          for (let j = 0; j < size; j++) sums[to + j] += values[i * size + j];
        }
        for (const { dataId } of [gradients, weights, met]) backend.disposeData(dataId);
      }
      return out;
    },
};
