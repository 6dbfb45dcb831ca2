import type { DepthwiseConv2dNativeAttrs, FusedDepthwiseConv2DAttrs } from '@tensorflow/tfjs-core';
import { checkChannels, convInfo } from './conv-info.js';
import { overImages } from './image-windows.js';
import type { Infos } from './kernel.js';

/** Convolutions of each channel by filters of its own, which TensorFlow.js gets wrong where it does those of all channels. */
const depthwise = <Attrs extends DepthwiseConv2dNativeAttrs>(name: string) =>
  overImages<Infos<'x' | 'filter'>, Attrs>(
    name,
    (tf, { x, filter }, attrs) => convInfo(tf, x.shape, filter.shape, attrs, true),
    checkChannels,
    false,
  );

export const depthwiseConv2d = depthwise<DepthwiseConv2dNativeAttrs>('DepthwiseConv2dNative');
export const fusedDepthwiseConv2d = depthwise<FusedDepthwiseConv2DAttrs>('FusedDepthwiseConv2D');
