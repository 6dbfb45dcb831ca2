import type { backend_util, Conv2DBackpropFilterAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import type { Run, WasmBackend } from './kernel.js';

type Shape = Parameters<typeof backend_util.computeConv3DInfo>[0];
type Pads = NonNullable<Exclude<Conv2DBackpropFilterAttrs['pad'], string | number>>;

/** The layers of x that one layer of the filter takes to layers of y, one after another. */
export interface DepthRun {
  /** Which layer of the filter. */
  readonly depth: number;
  /** The first layers, and how many there are. In x they lie as far apart as the stride is. */
  readonly x: number;
  readonly y: number;
  readonly layers: number;
}

/** A convolution of volumes, as convolutions of their layers, which are images. */
export interface LayeredConvolution {
  readonly info: backend_util.Conv3DInfo;
  readonly runs: readonly DepthRun[];
  /** How an image is convolved. */
  readonly attrs: { strides: [number, number]; pad: Pads; dataFormat: 'NHWC' };
}

export function layersOf(
  tf: Tfjs,
  xShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad }: { strides: [number, number, number] | number; pad: 'valid' | 'same' },
): LayeredConvolution {
  const shapes = [xShape, filterShape] as unknown as [Shape, Shape];
  const info = tf.backend_util.computeConv3DInfo(...shapes, strides, 1, pad);
  const { inDepth, outDepth, strideDepth, strideHeight, strideWidth, padInfo } = info;
  const runs: DepthRun[] = [];
  for (let depth = 0; depth < info.filterDepth; depth++) {
    // Beyond these layers of y the layer of the filter lies before or behind the volume.
    const y = Math.max(0, Math.ceil((padInfo.front - depth) / strideDepth));
    const last = Math.min(outDepth - 1, Math.floor((inDepth - 1 + padInfo.front - depth) / strideDepth));
    if (last >= y) runs.push({ depth, x: y * strideDepth + depth - padInfo.front, y, layers: last - y + 1 });
  }
  const pads: Pads = [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ];
  return { info, runs, attrs: { strides: [strideHeight, strideWidth], pad: pads, dataFormat: 'NHWC' } };
}

/** Layers of volumes, `step` apart, as a batch of images. */
export function imagesOf(
  run: Run,
  backend: WasmBackend,
  volumes: TensorInfo,
  first: number,
  layers: number,
  step: number,
): TensorInfo {
  const [batch, , ...image] = volumes.shape;
  const begin = [0, first, 0, 0, 0];
  const end = [batch, first + (layers - 1) * step + 1, ...image];
  const none = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
  const picked = run('StridedSlice', backend, { x: volumes }, { begin, end, strides: [1, step, 1, 1, 1], ...none });
  return { ...picked, shape: [batch * layers, ...image] };
}
