import type { Conv2DAttrs, FusedConv2DAttrs } from '@tensorflow/tfjs-core';
import { checkChannels, convInfo } from './conv-info.js';
import { overImages } from './image-windows.js';
import type { Infos } from './kernel.js';

/**
 * Convolutions of images. TensorFlow.js 4.22 gives zeros for `'same'` where strides leave pixels out, since XNNPACK pads by
 * what is missing, modulo 2³².
 */
const convolution = <Attrs extends Conv2DAttrs>(name: string) =>
  overImages<Infos<'x' | 'filter'>, Attrs>(
    name,
    (tf, { x, filter }, attrs) => convInfo(tf, x.shape, filter.shape, attrs),
    checkChannels,
    false,
  );

export const conv2d = convolution<Conv2DAttrs>('Conv2D');
export const fusedConv2d = convolution<FusedConv2DAttrs>('FusedConv2D');
