import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { tf } from '../peer.js';
import { expectParity, numbers } from './support.js';

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
const PADS: Pad[] = [
  'same',
  'valid',
  1,
  [
    [0, 0],
    [2, 0],
    [0, 1],
    [0, 0],
  ],
];
/** Sums of some hundred products in float32, where the cpu backend sums in float64. */
const BOUND = 2e-6;
type Size = [number, number];
type Volume = [number, number, number];
const SIZES: Size[] = [
  [1, 7],
  [3, 3],
  [17, 6],
];
const FILTERS: Size[] = [
  [1, 1],
  [2, 3],
  [5, 5],
];
const STRIDES: Size[] = [
  [1, 1],
  [2, 2],
  [3, 3],
  [1, 2],
  [4, 5],
];

/** Sizes of images and filters, with each stride and padding for which the filter fits. */
function* cases(): Generator<{ size: Size; filter: Size; strides: Size; pad: Pad }> {
  for (const size of SIZES) {
    for (const filter of FILTERS) {
      for (const strides of STRIDES) {
        for (const pad of PADS) {
          const [rows, columns] = pad === 'same' ? filter : pad === 'valid' ? [0, 0] : pad === 1 ? [2, 2] : [2, 1];
          if (filter[0] <= size[0] + rows && filter[1] <= size[1] + columns) yield { size, filter, strides, pad };
        }
      }
    }
  }
}

/** The gradient of y is these numbers, so that the forward pass, which is not ours, has no part in it. */
const weigh = (y: Tensor) => tf.sum(tf.mul(y, numbers(y.shape, 3)));

describe('Gradients of convolutions on wasm', function () {
  this.timeout(60_000);

  for (const [batch, inChannels, outChannels] of [
    [1, 1, 1],
    [3, 2, 4],
    [2, 5, 3],
  ]) {
    const name = `${batch} × ${inChannels} channels → ${outChannels}`;
    it(`agree with the cpu backend over sizes, strides and paddings: conv2d, ${name}`, async () => {
      for (const { size, filter, strides, pad } of cases()) {
        const loss = (x: Tensor, w: Tensor) => weigh(tf.conv2d(x as Tensor4D, w as Tensor4D, strides, pad));
        const x = () => numbers([batch, ...size, inChannels]);
        const w = () => numbers([...filter, inChannels, outChannels], 2);
        await expectParity(() => tf.grads(loss)([x(), w()]), BOUND);
      }
    });
  }

  for (const [batch, channels, multiplier] of [
    [1, 1, 1],
    [3, 4, 1],
    [2, 3, 2],
  ]) {
    const name = `${batch} × ${channels} channels × ${multiplier}`;
    it(`agree with the cpu backend over sizes, strides and paddings: depthwise, ${name}`, async () => {
      for (const { size, filter, strides, pad } of cases()) {
        if (typeof pad === 'object') continue; // TensorFlow.js takes no such padding here.
        const loss = (x: Tensor, w: Tensor) => weigh(tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, strides, pad));
        const x = () => numbers([batch, ...size, channels]);
        const w = () => numbers([...filter, channels, multiplier], 2);
        await expectParity(() => tf.grads(loss)([x(), w()]), BOUND);
      }
    });
  }

  it('agree for transposed convolutions, whose forward pass is a gradient', async () => {
    for (const strides of [1, 2, 3]) {
      for (const pad of ['same', 'valid'] as const) {
        const size = 5;
        const to = pad === 'same' ? size * strides : (size - 1) * strides + 3;
        const shape: [number, number, number, number] = [2, to, to, 4];
        const loss = (x: Tensor, w: Tensor) =>
          weigh(tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, shape, strides, pad));
        const x = () => numbers([2, size, size, 3]);
        const w = () => numbers([3, 3, 4, 3], 2);
        await expectParity(() => tf.conv2dTranspose(x() as Tensor4D, w() as Tensor4D, shape, strides, pad), BOUND);
        await expectParity(() => tf.grads(loss)([x(), w()]), BOUND);
      }
    }
  });

  it('agree for volumes, over sizes, filters, strides and paddings', async () => {
    const sizes: Volume[] = [
      [1, 3, 2],
      [4, 5, 6],
    ];
    const filters: Volume[] = [
      [1, 1, 1],
      [2, 3, 1],
      [3, 2, 2],
    ];
    for (const size of sizes) {
      for (const filter of filters) {
        for (const strides of [1, 2, [2, 1, 3] as Volume]) {
          for (const pad of ['same', 'valid'] as const) {
            if (pad === 'valid' && filter.some((length, axis) => length > size[axis])) continue;
            const loss = (x: Tensor, w: Tensor) => weigh(tf.conv3d(x as Tensor5D, w as Tensor5D, strides, pad));
            const x = () => numbers([2, ...size, 3]);
            const w = () => numbers([...filter, 3, 2], 2);
            await expectParity(() => tf.grads(loss)([x(), w()]), BOUND);
          }
        }
      }
    }
  });
});
