import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { onBackends, tf } from './peer.js';

/** A regression that a small network fits in part: as much as it takes to see whether two optimizers go the same way. */
function data() {
  const xs = tf.randomNormal([128, 20], 0, 1, 'float32', 3);
  const ys = tf.tidy(() => tf.sin(tf.sum(tf.slice(xs, [0, 0], [-1, 3]), 1, true)));
  return { xs, ys };
}

function perceptron() {
  const dense = (units: number, seed: number, inputShape?: number[]) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.layers.dense({ units, activation: 'tanh', kernelInitializer, ...(inputShape && { inputShape }) });
  };
  return tf.sequential({ layers: [dense(33, 1, [20]), dense(17, 2), dense(1, 3)] });
}

onBackends('adamax/tfjs beside tf.train.adamax', () => {
  it('has the same losses in model.fit', async () => {
    const { Adamax } = createTfjs(tf);
    const { xs, ys } = data();
    const losses: number[][] = [];
    for (const optimizer of [tf.train.adamax(0.01), new Adamax(0.01)]) {
      const model = perceptron();
      model.compile({ optimizer, loss: 'meanSquaredError' });
      const { history } = await model.fit(xs, ys, { epochs: 60, batchSize: 16, shuffle: false, verbose: 0 });
      if (optimizer instanceof tf.Optimizer) expect(optimizer.iterations).to.equal(480);
      losses.push(history.loss as number[]);
    }
    const differences = losses[0].map((loss, i) => Math.abs(loss - losses[1][i]));
    expect(Math.max(...differences)).to.be.below(1e-6);
  });
});
