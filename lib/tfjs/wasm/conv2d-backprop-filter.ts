import type { Conv2DBackpropFilterAttrs } from '@tensorflow/tfjs-core';
import { wrongValue } from '../../arguments/errors.js';
import { convInfo } from './conv-info.js';
import { type Infos, sizeOf, type TrainingKernel, zeros } from './kernel.js';

/**
 * What each weight of a convolution has done: the sum of x times dy over the images and places where they met. That is
 * a convolution itself, which XNNPACK computes: of x, whose channels stand for images and whose images for channels, by
 * dy as the filter. Places lie as far apart as the strides were, which makes them the dilations.
 */
export const conv2dBackpropFilter: TrainingKernel<Infos<'x' | 'dy'>, Conv2DBackpropFilterAttrs> = {
  name: 'Conv2DBackpropFilter',
  create:
    (tf, run) =>
    ({ inputs: { x, dy }, attrs, backend }) => {
      const { filterShape, dataFormat } = attrs;
      if (dataFormat !== 'NHWC') throw wrongValue('dataFormat', "'NHWC' on the wasm backend", dataFormat);
      const info = convInfo(tf, x.shape, filterShape, attrs);
      if (sizeOf(x.shape) === 0 || sizeOf(dy.shape) === 0) return zeros(info.filterShape, backend);
      const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
      // Behind the last place of the filter there may be too few rows of x, or some that it never came to.
      const bottom = (dy.shape[1] - 1) * strideHeight + filterHeight - info.inHeight - padInfo.top;
      const right = (dy.shape[2] - 1) * strideWidth + filterWidth - info.inWidth - padInfo.left;

      const images = run('Transpose', backend, { x }, { perm: [3, 1, 2, 0] });
      const filter = run('Transpose', backend, { x: dy }, { perm: [1, 2, 0, 3] });
      const dilations = [strideHeight, strideWidth];
      const pad = [
        [0, 0],
        [padInfo.top, Math.max(0, bottom)],
        [padInfo.left, Math.max(0, right)],
        [0, 0],
      ];
      const sums = run('Conv2D', backend, { x: images, filter }, { strides: 1, dilations, pad, dataFormat });
      backend.disposeData(images.dataId);
      backend.disposeData(filter.dataId);
      const size = [info.inChannels, filterHeight, filterWidth, info.outChannels];
      const met = run('Slice', backend, { x: sums }, { begin: [0, 0, 0, 0], size });
      backend.disposeData(sums.dataId);
      const out = run('Transpose', backend, { x: met }, { perm: [1, 2, 0, 3] });
      backend.disposeData(met.dataId);
      return out;
    },
};
