import type { Conv3DBackpropFilterV2Attrs } from '@tensorflow/tfjs-core';
import { imagesOf, layersOf } from './conv3d-layers.js';
import { type Infos, sizeOf, type TrainingKernel, zeros } from './kernel.js';

/**
 * What each weight of a convolution of volumes has done: for each layer of the filter that of a convolution of images.
 * TensorFlow.js 4.22 computes it wrongly where strides are not 1.
 */
export const conv3dBackpropFilter: TrainingKernel<Infos<'x' | 'dy'>, Conv3DBackpropFilterV2Attrs> = {
  name: 'Conv3DBackpropFilterV2',
  create:
    (tf, run) =>
    ({ inputs: { x, dy }, attrs, backend }) => {
      if (sizeOf(dy.shape) === 0) return zeros(attrs.filterShape, backend);
      const { info, runs, attrs: image } = layersOf(tf, x.shape, attrs.filterShape, attrs);
      const filterShape = info.filterShape.slice(1);
      const out = backend.makeOutput(info.filterShape, 'float32');
      backend.typedArrayFromHeap(out).fill(0);
      for (const { depth, layers, ...first } of runs) {
        const images = imagesOf(run, backend, x, first.x, layers, info.strideDepth);
        const gradients = imagesOf(run, backend, dy, first.y, layers, 1);
        const met = run('Conv2DBackpropFilter', backend, { x: images, dy: gradients }, { ...image, filterShape });
        const values = backend.typedArrayFromHeap(met);
        backend.typedArrayFromHeap(out).set(values, depth * values.length);
        for (const { dataId } of [images, gradients, met]) backend.disposeData(dataId);
      }
      return out;
    },
};
