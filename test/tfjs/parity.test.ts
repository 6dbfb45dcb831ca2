import type { Optimizer } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { perceptron, regression, weightsOf } from './models.js';
import { onBackends, tf } from './peer.js';

onBackends('beside tf.train.adamax', () => {
  it('training has the same losses and weights, step by step', async () => {
    const { Adamax } = createTfjs(tf);
    const { xs, ys } = regression();
    const trained = async (optimizer: Optimizer) => {
      const model = perceptron();
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const losses: number[] = [];
      for (let k = 0; k < 480; k++) {
        const [x, y] = [tf.slice(xs, [(16 * k) % 128, 0], [16, 20]), tf.slice(ys, [(16 * k) % 128, 0], [16, 1])];
        losses.push((await model.trainOnBatch(x, y)) as number);
        tf.dispose([x, y]);
      }
      expect(optimizer.iterations).to.equal(480);
      return { losses, weights: weightsOf(model) };
    };
    const theirs = await trained(tf.train.adamax(0.01));
    const ours = await trained(new Adamax(0.01));
    const most = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i])));
    };
    expect(ours.losses[479]).to.be.below(ours.losses[0] / 100);
    expect(most(ours.losses, theirs.losses)).to.be.below(1e-6);
    expect(most(ours.weights, theirs.weights)).to.be.below(5e-6);
  });
});
