import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { tf } from '../peer.js';
import { expectParity, numbers, onWasm } from './support.js';

const ids = (list: number[]): Tensor1D => tf.tensor1d(list, 'int32');

describe('UnsortedSegmentSum on wasm', () => {
  it('agrees with the cpu backend for ids in any order, with gaps, repeated, and outside of the segments', async () => {
    for (const list of [[0, 1, 2], [2, 0, 2, 2, 5], [7], [-1, 3, 8, 3], [0, 0, 0, 0]]) {
      for (const row of [[], [1], [3], [17], [2, 3]]) {
        await expectParity(() => tf.unsortedSegmentSum(numbers([list.length, ...row]), ids(list), 8), 1e-6);
      }
    }
  });

  it('gives zeros where there are no ids', async () => {
    const sums = await onWasm(() => tf.unsortedSegmentSum(numbers([0, 3]), ids([]), 2).arraySync());
    expect(sums).to.deep.equal([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  it('sums whole numbers exactly', async () => {
    const big = 2 ** 24 + 1;
    const sums = await onWasm(() => {
      const out = tf.unsortedSegmentSum(tf.tensor1d([big, 2, 3], 'int32'), ids([1, 0, 1]), 3);
      return [out.dtype, out.arraySync()];
    });
    expect(sums).to.deep.equal(['int32', [2, big + 3, 0]]);
  });

  it('gives the gradient of gather, of rows, columns and within a batch', async () => {
    const square = (x: Tensor) => tf.sum(tf.square(x));
    const rows = tf.keep(ids([4, 1, 4, 0]));
    await expectParity(() => tf.grad((x) => square(tf.gather(x, rows)))(numbers([5, 3])), 1e-6);
    await expectParity(() => tf.grad((x) => square(tf.gather(x, rows, 1)))(numbers([3, 5, 2])), 1e-6);
    const batch = tf.keep(tf.tensor2d([4, 1, 4, 0, 2, 2], [2, 3], 'int32'));
    await expectParity(() => tf.grad((x) => square(tf.gather(x, batch)))(numbers([5, 3])), 1e-6);
    rows.dispose();
    batch.dispose();
  });
});
