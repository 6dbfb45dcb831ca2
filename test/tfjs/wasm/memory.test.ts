import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { expect } from 'chai';
import { tf } from '../peer.js';
import { numbers, onWasm } from './support.js';

/** The memory of the backend, which is another object once it has grown. */
function heap(): ArrayBufferLike {
  const { wasm } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return wasm.HEAPU8.buffer;
}

describe('Memory of kernels on wasm', function () {
  this.timeout(60_000);

  it('is found where the heap has grown in the midst of a kernel', async () => {
    await onWasm(() => {
      // Each takes more memory for what it makes than the heap has grown to so far.
      const rows = Math.ceil(heap().byteLength / 4 / 64) + 1;
      const before = heap();
      const sums = tf.tidy(() => tf.unsortedSegmentSum(tf.ones([2, 64]), tf.tensor1d([rows - 1, 0], 'int32'), rows));
      expect(heap()).to.not.equal(before);
      expect(tf.tidy(() => tf.sum(sums).arraySync())).to.equal(128);
      sums.dispose();

      const side = Math.ceil(Math.sqrt(heap().byteLength / 4 / 8)) + 1;
      const small = heap();
      const dx = tf.tidy(() =>
        tf
          .engine()
          .runKernel(
            'DepthwiseConv2dNativeBackpropInput',
            { dy: tf.ones([1, 1, 1, 8]), filter: tf.ones([1, 1, 8, 1]) },
            { strides: [side, side], pad: 'valid', inputShape: [1, side, side, 8] },
          ),
      );
      expect(heap()).to.not.equal(small);
      expect(tf.tidy(() => tf.sum(dx as Tensor).arraySync())).to.equal(8);
      tf.dispose(dx);
    });
  });

  it('stays as it is over a thousand steps', async () => {
    await onWasm(() => {
      const w = tf.variable(numbers([3, 3, 2, 4]) as Tensor4D);
      const x = numbers([2, 8, 8, 2]) as Tensor4D;
      const step = () =>
        tf.dispose(tf.variableGrads(() => tf.sum(tf.maxPool(tf.conv2d(x, w, 1, 'same'), 2, 2, 'same')), [w]));
      for (let i = 0; i < 100; i++) step();
      const before = heap();
      const { numTensors, numBytes } = tf.memory();
      for (let i = 0; i < 1000; i++) step();
      expect(heap()).to.equal(before);
      expect(tf.memory()).to.include({ numTensors, numBytes });
      tf.dispose([w, x]);
    });
  });

  it('is read anew where weights were assigned, whatever XNNPACK has packed', async () => {
    await onWasm(() => {
      const w = tf.variable(tf.ones([4, 4]));
      const product = () => tf.tidy(() => tf.matMul(tf.ones([2, 4]), w, false, true).arraySync());
      expect(product()).to.deep.equal([Array(4).fill(4), Array(4).fill(4)]);
      w.assign(tf.tidy(() => tf.mul(w, 3)));
      expect(product()).to.deep.equal([Array(4).fill(12), Array(4).fill(12)]);
      w.dispose();
    });
  });

  it('is shared by a clone, and given back when nobody needs it', async () => {
    await onWasm(() => {
      const before = tf.memory().numDataBuffers;
      const x = numbers([3]);
      const y = tf.clone(x);
      const words = tf.clone(tf.tensor(['a', 'b']));
      expect(y.dataId).to.equal(x.dataId);
      expect(words.dataSync()).to.deep.equal(['a', 'b']);
      const values = y.arraySync();
      x.dispose();
      expect(y.arraySync()).to.deep.equal(values);
      tf.dispose([y, words]);
      expect(tf.memory().numDataBuffers - before).to.be.at.most(1); // the words that were cloned
    });
  });
});
