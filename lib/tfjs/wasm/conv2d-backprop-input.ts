import type { Conv2DBackpropInputAttrs, TensorInfo } from '@tensorflow/tfjs-core';
import { convInfo } from './conv-info.js';
import { type Infos, sizeOf, type TrainingKernel, type WasmBackend, zeros } from './kernel.js';

/**
 * What each pixel of a convolution has done: the sum of the weights times dy where they met. That is a convolution of
 * dy by the filter upside down, whose channels go the other way, and XNNPACK computes it where TensorFlow.js takes a
 * plain loop. With strides there are zeros between the pixels of dy, in the end so many that the loop wins.
 */
export const conv2dBackpropInput: TrainingKernel<Infos<'dy' | 'filter'>, Conv2DBackpropInputAttrs> = {
  name: 'Conv2DBackpropInput',
  create:
    (tf, run) =>
    ({ inputs: { dy, filter }, attrs, backend }) => {
      const { dataFormat, inputShape } = attrs;
      const loop = () => run('Conv2DBackpropInput', backend, { dy, filter }, attrs);
      if (dataFormat !== 'NHWC') return loop();
      if (sizeOf(dy.shape) === 0) return zeros(inputShape, backend);
      const info = convInfo(tf, inputShape, filter.shape, attrs);
      const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
      const height = (dy.shape[1] - 1) * strideHeight + 1;
      const width = (dy.shape[2] - 1) * strideWidth + 1;
      const top = filterHeight - 1 - padInfo.top;
      const left = filterWidth - 1 - padInfo.left;
      const bottom = info.inHeight + filterHeight - 1 - height - top;
      const right = info.inWidth + filterWidth - 1 - width - left;
      if (strideHeight * strideWidth > MOST_PIXELS || Math.min(top, left, bottom, right) < 0) return loop();

      const reversed = run('Reverse', backend, { x: filter }, { dims: [0, 1] });
      const back = run('Transpose', backend, { x: reversed }, { perm: [0, 1, 3, 2] });
      backend.disposeData(reversed.dataId);
      const isSpread = strideHeight * strideWidth > 1;
      const spreadDy = isSpread ? spread(dy, [height, width], [strideHeight, strideWidth], backend) : dy;
      const pad = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];
      const out = run('Conv2D', backend, { x: spreadDy, filter: back }, { strides: 1, dilations: 1, pad, dataFormat });
      backend.disposeData(back.dataId);
      if (isSpread) backend.disposeData(spreadDy.dataId);
      return out;
    },
};

/** Of so many pixels one at least must be more than a zero: strides of 4 by 4. */
const MOST_PIXELS = 16;

/** Puts zeros between the pixels, as many as strides leave out. */
function spread(
  dy: TensorInfo,
  [height, width]: readonly [number, number],
  [strideHeight, strideWidth]: readonly [number, number],
  backend: WasmBackend,
): TensorInfo {
  const [images, rows, columns, channels] = dy.shape;
  const out = backend.makeOutput([images, height, width, channels], 'float32');
  const from = backend.typedArrayFromHeap(dy);
  const to = backend.typedArrayFromHeap(out).fill(0);
  for (let i = 0; i < from.length; i += channels) {
    const pixel = i / channels;
    const column = pixel % columns;
    const row = Math.floor(pixel / columns) % rows;
    const image = Math.floor(pixel / (columns * rows));
    const start = ((image * height + row * strideHeight) * width + column * strideWidth) * channels;
    for (let channel = 0; channel < channels; channel++) to[start + channel] = from[i + channel];
  }
  return out;
}
