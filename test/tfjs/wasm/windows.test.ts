import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../../support/errors.js';
import { tf } from '../peer.js';
import { expectParity, numbers, onWasm, use } from './support.js';

const { GradientTape, SGD } = createTfjs(tf);

type Pair = [number, number];

/** Sums of some products in float32, where the cpu backend sums in float64. */
const BOUND = 2e-6;

/** Strides, filters and sizes with pixels left over, so that `'same'` has nothing to pad. */
const LEFT_OVER: [strides: Pair, filter: Pair, size: Pair][] = [
  [
    [3, 3],
    [2, 2],
    [6, 6],
  ],
  [
    [4, 4],
    [2, 2],
    [4, 4],
  ],
  [
    [4, 4],
    [2, 2],
    [7, 7],
  ],
  [
    [4, 4],
    [3, 3],
    [4, 4],
  ],
  [
    [3, 2],
    [1, 2],
    [6, 4],
  ],
  [
    [5, 1],
    [2, 3],
    [9, 4],
  ],
  [
    [1, 4],
    [3, 1],
    [5, 8],
  ],
];

type Operation = (x: Tensor4D, filter: Tensor4D, strides: Pair) => Tensor;
/** What goes over images, of 3 channels, by a filter of 3 by 2. */
const OPERATIONS: Record<string, Operation> = {
  conv2d: (x, filter, strides) => tf.conv2d(x, filter, strides, 'same'),
  'conv2d, fused': (x, filter, strides) =>
    tf.fused.conv2d({ x, filter, strides, pad: 'same', bias: numbers([2], 4), activation: 'relu' }),
  depthwiseConv2d: (x, filter, strides) => tf.depthwiseConv2d(x, filter, strides, 'same'),
  'depthwiseConv2d, fused': (x, filter, strides) =>
    tf.fused.depthwiseConv2d({ x, filter, strides, pad: 'same', bias: numbers([6], 4), activation: 'relu' }),
  maxPool: (x, { shape }, strides) => tf.maxPool(x, shape.slice(0, 2) as Pair, strides, 'same'),
  avgPool: (x, { shape }, strides) => tf.avgPool(x, shape.slice(0, 2) as Pair, strides, 'same'),
};

/** The result, and its gradients by image and filter. */
function taped(operation: Operation, strides: Pair, filter: Pair, size: Pair, batch: number): Tensor[] {
  const x = numbers([batch, ...size, 3]) as Tensor4D;
  const w = numbers([...filter, 3, 2], 2) as Tensor4D;
  const tape = new GradientTape();
  tape.watch([x, w]);
  const y = tape.record(() => operation(x, w, strides));
  const gradients = tape.gradient(y, [x, w], { outputGradients: numbers(y.shape, 3) });
  return [y, ...(gradients as Tensor[]).filter((gradient) => gradient !== null)];
}

describe('Windows over images on wasm', function () {
  this.timeout(60_000);

  for (const [name, operation] of Object.entries(OPERATIONS)) {
    it(`agree with the cpu backend where strides leave pixels out: ${name}`, async () => {
      for (const [strides, filter, size] of LEFT_OVER) {
        for (const batch of [1, 3]) {
          await expectParity(() => taped(operation, strides, filter, size, batch), BOUND);
          const x = () => numbers([batch, ...size, 3]) as Tensor4D;
          const w = () => numbers([...filter, 3, 2], 2) as Tensor4D;
          await expectParity(() => operation(x(), w(), strides), BOUND);
        }
      }
    });
  }

  it('agree where padding in numbers is for filters and strides that are not square', async () => {
    for (const [filter, strides] of [
      [[1, 3], 1],
      [
        [4, 2],
        [1, 2],
      ],
      [
        [2, 3],
        [3, 1],
      ],
    ] as [Pair, Pair][]) {
      const x = () => numbers([2, 5, 7, 3]) as Tensor4D;
      await expectParity(() => tf.conv2d(x(), numbers([...filter, 3, 4], 2) as Tensor4D, strides, 1), BOUND);
      await expectParity(() => tf.maxPool(x(), filter, strides, 0), 0);
      await expectParity(() => tf.avgPool(x(), filter, strides, 0), BOUND);
    }
    // The number of columns follows from the height and the stride of rows there, so that some are left over.
    for (const [shape, filter, strides, pad] of [
      [[3, 2, 3, 1], [2, 1], [4, 1], 0],
      [[1, 2, 4, 3], [4, 4], [3, 1], 1],
    ] as [number[], Pair, Pair, number][]) {
      const x = () => numbers(shape) as Tensor4D;
      await expectParity(() => tf.maxPool(x(), filter, strides, pad), 0);
      await expectParity(() => tf.avgPool(x(), filter, strides, pad), BOUND);
    }
  });

  it('agree where the number of windows is rounded', async () => {
    for (const mode of ['floor', 'round', 'ceil'] as const) {
      for (const size of [5, 6, 7]) {
        const x = () => numbers([2, size, size + 1, 3]) as Tensor4D;
        await expectParity(() => tf.maxPool(x(), 3, 2, 1, mode), BOUND);
        await expectParity(() => tf.avgPool(x(), 2, 2, 0, mode), BOUND);
        await expectParity(() => tf.conv2d(x(), numbers([2, 2, 3, 4], 2) as Tensor4D, 2, 0, 'NHWC', 1, mode), BOUND);
      }
    }
  });

  it('agree for batches and images without elements', async () => {
    for (const shape of [
      [0, 4, 5, 3],
      [2, 0, 5, 3],
    ]) {
      const x = () => numbers(shape) as Tensor4D;
      const w = () => numbers([2, 3, 3, 2]) as Tensor4D;
      for (const operation of Object.values(OPERATIONS)) {
        await expectParity(() => operation(x(), w(), [1, 1]), 0);
      }
      const loss = (x: Tensor, w: Tensor) => tf.sum(tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 'same'));
      await expectParity(() => tf.grads(loss)([x(), w()]), 0);
    }
    await expectParity(() => tf.sum(numbers([0, 3]), 0), 0);
    await expectParity(() => tf.sum(numbers([2, 0, 3]), 1, true), 0);
    await expectParity(() => tf.sum(tf.zeros([0], 'int32')), 0);
  });

  /** Filters that are greater than the image, and windows without a pixel. */
  const x = () => tf.ones([1, 3, 3, 2]) as Tensor4D;
  const filter = () => tf.ones([4, 4, 2, 1]) as Tensor4D;
  const REFUSED: Record<string, () => Tensor> = {
    conv2d: () => tf.conv2d(x(), filter(), 1, 'valid'),
    'conv2d with dilations': () => tf.conv2d(x(), tf.ones([2, 2, 2, 1]), 1, 'valid', 'NHWC', 3),
    'conv2d, fused': () => tf.fused.conv2d({ x: x(), filter: filter(), strides: 1, pad: 'valid', activation: 'relu' }),
    depthwiseConv2d: () => tf.depthwiseConv2d(x(), filter(), 1, 'valid'),
    avgPool: () => tf.avgPool(x(), 4, 1, 'valid'),
    'maxPool, in one direction': () => tf.maxPool(x(), [1, 5], 1, 'valid'),
    'padding in numbers that does not make up for it': () => tf.conv2d(x(), tf.ones([6, 6, 2, 1]), 1, 1),
  };

  for (const [name, operation] of Object.entries(REFUSED)) {
    it(`refuse a filter that is greater than the image before the kernel is called: ${name}`, async () => {
      const action = () => tf.tidy(operation);
      const message = /^height and width of x of \w+, with padding, must be at least.*received x of \[1, 3, 3, 2\]$/;
      await onWasm(() => {
        const others = Array.from({ length: 50 }, (_, i) => numbers([i + 1]));
        const before = others.map((other) => other.dataSync().slice());
        expectError(action, RangeError, 'ERR_ADAMAX_SHAPE', message);
        expect(others.map((other) => other.dataSync())).to.deep.equal(before);
        tf.dispose(others);
      });
      // Also in losses of this package, where nothing was enabled.
      const w = tf.variable(tf.scalar(1));
      const loss = () => tf.sum(tf.mul(w, action())) as never;
      const { numTensors } = tf.memory();
      expectError(() => new SGD(1).minimize(loss), RangeError, 'ERR_ADAMAX_SHAPE', message);
      expectError(() => new GradientTape().record(action), RangeError, 'ERR_ADAMAX_SHAPE', message);
      expect(tf.memory().numTensors).to.equal(numTensors);
      expect(w.dataSync()[0]).to.equal(1);
      w.dispose();
    });
  }

  it('refuse pads that leave a window without a pixel, no channels, and half a pixel', async () => {
    await onWasm(() => {
      const refuse = (f: () => Tensor, code: 'ERR_ADAMAX_SHAPE' | 'ERR_ADAMAX_ARG_VALUE', message: RegExp) =>
        expectError(() => tf.tidy(f), RangeError, code, message);
      refuse(() => tf.maxPool(x(), 2, 1, 2), 'ERR_ADAMAX_ARG_VALUE', /pad of MaxPool must be one that leaves each.*2/);
      refuse(() => tf.avgPool(x(), 2, 1, 3), 'ERR_ADAMAX_ARG_VALUE', /pad of AvgPool must be one that leaves each.*3/);
      const volume = () => tf.ones([1, 2, 2, 2, 1]) as never;
      refuse(
        () => tf.maxPool3d(volume(), [1, 2, 2], 1, 1),
        'ERR_ADAMAX_ARG_VALUE',
        /^pad must be one that leaves each/,
      );
      refuse(() => tf.maxPool(x(), 2, 1, 0.5), 'ERR_ADAMAX_ARG_VALUE', /pad of MaxPool must be of whole numbers.*0\.5/);
      const none = () => tf.conv2d(tf.ones([1, 3, 3, 0]) as Tensor4D, tf.ones([1, 1, 0, 2]), 1, 'same');
      refuse(none, 'ERR_ADAMAX_SHAPE', /x of Conv2D must have channels: received x of \[1, 3, 3, 0\]/);
    });
  });

  it('are those of TensorFlow.js outside of losses, until they are enabled', async () => {
    await use('wasm');
    const w = tf.variable(tf.ones([2, 2, 1, 1]));
    const images = tf.ones([1, 6, 6, 1]) as Tensor4D;
    const y = () => tf.conv2d(images, w as never, 3, 'same');
    const stock = () => tf.tidy(() => [...y().dataSync()]);
    expect(stock()).to.deep.equal([0, 0, 0, 0]);
    const tape = new GradientTape();
    tape.watch(images);
    const recorded = tape.record(y);
    expect([...recorded.dataSync()]).to.deep.equal([4, 4, 4, 4]);
    expect(stock()).to.deep.equal([0, 0, 0, 0]);
    await onWasm(() => expect(stock()).to.deep.equal([4, 4, 4, 4]));
    tf.dispose([w, images, recorded, tape.gradient(recorded, images) as Tensor]);
  });
});
