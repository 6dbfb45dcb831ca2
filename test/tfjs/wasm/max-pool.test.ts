import type { Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { tf } from '../peer.js';
import { expectParity, numbers, onWasm } from './support.js';

const square = (y: Tensor) => tf.sum(tf.square(y));

describe('Maxima of windows on wasm', function () {
  this.timeout(60_000);

  it('agree with the cpu backend over sizes, windows, strides and paddings, negative numbers and all', async () => {
    for (const [rows, columns] of [
      [3, 3],
      [7, 4],
      [17, 5],
    ]) {
      for (const window of [1, 2, 3]) {
        for (const strides of [1, 2, 3]) {
          for (const pad of ['same', 'valid', 1] as const) {
            if (pad === 1 && window === 1) continue;
            const loss = (x: Tensor) => square(tf.maxPool(x as Tensor4D, window, strides, pad));
            await expectParity(() => tf.grad(loss)(numbers([3, rows, columns, 2])), 1e-6);
            await expectParity(() => tf.grad(loss)(tf.sub(numbers([1, rows, columns, 1]), 2)), 1e-6);
          }
        }
      }
    }
  });

  it('agree with the cpu backend for volumes, forward and backward', async () => {
    for (const window of [1, 2, 3]) {
      for (const strides of [1, 2]) {
        for (const pad of ['same', 'valid'] as const) {
          const pool = (x: Tensor) => tf.maxPool3d(x as Tensor5D, window, strides, pad);
          const x = () => tf.sub(numbers([2, 3, 5, 4, 2]), 0.5);
          await expectParity(() => pool(x()), 0);
          await expectParity(() => tf.grad((x) => square(pool(x)))(x()), 1e-6);
        }
      }
    }
  });

  it('give the gradient of equal numbers to the first, as the cpu backend does', async () => {
    await expectParity(
      () => tf.grad((x) => square(tf.maxPool(x as Tensor4D, 2, 2, 'valid')))(tf.ones([1, 4, 4, 1])),
      0,
    );
  });

  it('let a NaN through where there is nothing else', async () => {
    const pooled = await onWasm(() => {
      const x = tf.tensor5d([Number.NaN, -1, Number.NaN, Number.NaN], [1, 1, 1, 4, 1]);
      return tf.maxPool3d(x, [1, 1, 2], [1, 1, 2], 'valid').dataSync();
    });
    expect([...pooled]).to.deep.equal([-1, Number.NaN]);
  });
});
