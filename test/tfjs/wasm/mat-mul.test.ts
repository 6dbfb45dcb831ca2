import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { tf } from '../peer.js';
import { expectParity, numbers } from './support.js';

const SIZES = [1, 3, 17, 64];
/** A float32 sum of 64 products; the cpu backend sums in float64. */
const BOUND = 1e-6;

describe('BatchMatMul with transposes on wasm', function () {
  this.timeout(60_000);

  for (const [transposeA, transposeB] of [
    [true, false],
    [false, true],
    [true, true],
    [false, false],
  ]) {
    it(`agrees with the cpu backend, ${transposeA ? 'aᵀ' : 'a'} · ${transposeB ? 'bᵀ' : 'b'}`, async () => {
      for (const rows of SIZES) {
        for (const shared of SIZES) {
          for (const columns of SIZES) {
            const a = transposeA ? [shared, rows] : [rows, shared];
            const b = transposeB ? [columns, shared] : [shared, columns];
            await expectParity(() => tf.matMul(numbers(a), numbers(b, 2), transposeA, transposeB), BOUND);
          }
        }
      }
    });
  }

  it('agrees for stacks of matrices, and for a stack of one', async () => {
    for (const stack of [[1], [3], [2, 3], [1, 1]]) {
      const a = () => numbers([...stack, 5, 7]);
      await expectParity(() => tf.matMul(a(), numbers([...stack, 4, 7], 2), false, true), BOUND);
      await expectParity(() => tf.matMul(a(), numbers([...stack, 5, 4], 2), true, false), BOUND);
    }
  });

  it('agrees where one matrix is for all of a stack', async () => {
    await expectParity(() => tf.matMul(numbers([4, 5, 7]), numbers([1, 3, 7], 2), false, true), BOUND);
  });

  it('agrees for an empty product', async () => {
    await expectParity(() => tf.matMul(numbers([0, 3]), numbers([0, 4], 2), true, false), BOUND);
    await expectParity(() => tf.matMul(numbers([5, 3]), numbers([0, 3], 2), false, true), BOUND);
  });

  it('agrees for a right factor that comes in another shape, too', async () => {
    const x = () => numbers([3]) as Tensor1D;
    await expectParity(() => {
      const [a, b] = [x(), numbers([3], 2) as Tensor1D];
      return [tf.dot(a, b), tf.outerProduct(a, b), tf.dot(a, b)];
    }, BOUND);
    await expectParity(() => {
      const b = numbers([2, 6], 2);
      return [
        [2, 6],
        [4, 3],
        [1, 3, 4],
        [12, 1],
        [2, 6],
      ].map((shape) => tf.matMul(numbers(shape.length === 3 ? [1, 5, 3] : [5, shape[0]]), tf.reshape(b, shape)));
    }, BOUND);
  });

  it('gives the gradients of products whose sum is of one of them in another shape', async () => {
    const [x, y] = [() => numbers([2, 3]), () => numbers([4, 5], 2)];
    const loss = (a: Tensor, b: Tensor) =>
      tf.sum(tf.sin(tf.add(tf.reshape(tf.matMul(x(), a), [4, 6]), tf.matMul(y(), b))));
    await expectParity(() => tf.grads(loss)([numbers([3, 12], 3), numbers([5, 6], 4)]), BOUND);
  });

  it('gives the gradients of a product', async () => {
    const loss = (w: ReturnType<typeof numbers>) => tf.sum(tf.square(tf.matMul(numbers([17, 9], 2), w)));
    await expectParity(() => tf.grad(loss)(numbers([9, 33])), BOUND);
  });
});
