import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { warningsOf } from '../support/warnings.js';
import { weightsOf } from './models.js';
import { onBackends, tf } from './peer.js';

const CLOSE = 1e-6;

function network(inputs: number, outputs: number, seed: number): LayersModel {
  const dense = (units: number, by: number, inputShape?: number[]) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: by });
    return tf.layers.dense({ units, activation: 'tanh', kernelInitializer, ...(inputShape && { inputShape }) });
  };
  return tf.sequential({ layers: [dense(8, seed, [inputs]), dense(outputs, seed + 1)] }) as LayersModel;
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>): void {
  expect(a).to.have.length(b.length);
  expect(Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i])))).to.be.below(CLOSE);
}

/** What programs do with more than one batch, model or optimizer; the numbers are those of TensorFlow.js itself. */
onBackends('models', () => {
  const ours = () => new (createTfjs(tf).Adamax)(0.01);
  const theirs = () => tf.train.adamax(0.01);

  it('that play against each other are trained by an optimizer each as by those of TensorFlow.js', () => {
    const outcomes = [ours, theirs].map((make) => {
      const [generator, discriminator] = [network(2, 3, 5), network(3, 1, 7)];
      play(generator, discriminator, make(), make(), 20);
      return [...weightsOf(generator), ...weightsOf(discriminator)];
    });
    expectClose(outcomes[0], outcomes[1]);
  });

  it('that play against each other are trained by one optimizer, without a warning', async () => {
    const [generator, discriminator] = [network(2, 3, 5), network(3, 1, 7)];
    const optimizer = ours();
    const warnings = await warningsOf('ADAMAX_NEW_VARIABLES', () => {
      play(generator, discriminator, optimizer, optimizer, 4);
    });
    expect(warnings).to.deep.equal([]);
    expect(optimizer.iterations).to.equal(8);
    // The counter and two slots of each variable.
    expect(optimizer.core.weights).to.have.length(1 + 2 * 8);
  });

  it('of which one is frozen within the other are trained as by TensorFlow.js', async () => {
    const outcomes: number[][] = [];
    for (const make of [ours, theirs]) {
      const [generator, discriminator] = [network(2, 3, 5) as Sequential, network(3, 1, 7) as Sequential];
      discriminator.compile({ optimizer: make(), loss: 'meanSquaredError' });
      discriminator.trainable = false;
      const both = tf.sequential({ layers: [generator, discriminator] });
      both.compile({ optimizer: make(), loss: 'meanSquaredError' });
      for (let k = 1; k <= 8; k++) {
        const [noise, real] = [normal([16, 2], k), normal([16, 3], k + 100)];
        const fake = generator.predict(noise) as Tensor;
        discriminator.trainable = true;
        await discriminator.trainOnBatch(tf.concat([real, fake]), tf.concat([tf.ones([16, 1]), tf.zeros([16, 1])]));
        discriminator.trainable = false;
        await both.trainOnBatch(noise, tf.ones([16, 1]));
      }
      outcomes.push([...weightsOf(generator), ...weightsOf(discriminator)]);
    }
    expectClose(outcomes[0], outcomes[1]);
  });

  it('are trained by fitDataset as by TensorFlow.js', async () => {
    const outcomes: { losses: number[]; weights: Float32Array }[] = [];
    for (const make of [ours, theirs]) {
      const model = network(3, 1, 1);
      model.compile({ optimizer: make(), loss: 'meanSquaredError' });
      const { history } = await model.fitDataset(batches(5) as never, { epochs: 3, verbose: 0 });
      expect(model.optimizer.iterations).to.equal(15);
      outcomes.push({ losses: history.loss as number[], weights: weightsOf(model) });
    }
    expectClose(outcomes[0].losses, outcomes[1].losses);
    expectClose(outcomes[0].weights, outcomes[1].weights);
  });
});

const normal = (shape: [number, number], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** What `fitDataset` uses of a dataset of `@tensorflow/tfjs-data`. */
function batches(count: number) {
  return {
    size: count,
    iterator: async () => {
      let k = 0;
      const next = async () => {
        if (k++ === count) return { value: null, done: true };
        return { value: { xs: normal([8, 3], k), ys: tf.ones([8, 1]) }, done: false };
      };
      return { next };
    },
  };
}

interface Minimizer {
  minimize(f: () => Scalar, returnCost?: boolean, varList?: Variable[]): Scalar | null;
}

/** Trains two networks in turns by losses of one's own. */
function play(generator: LayersModel, discriminator: LayersModel, of: Minimizer, by: Minimizer, turns: number): void {
  const variables = ({ trainableWeights }: LayersModel) => trainableWeights.map((one) => one.read() as Variable);
  const judge = (x: Tensor) => discriminator.apply(x) as Tensor;
  const entropy = (logits: Tensor, y: number) => tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, y))) as Scalar;
  for (let k = 1; k <= turns; k++) {
    tf.tidy(() => {
      const [noise, real] = [normal([16, 2], k), normal([16, 3], k + 100)];
      const fake = () => generator.apply(noise) as Tensor;
      by.minimize(() => tf.add(entropy(judge(real), 1), entropy(judge(fake()), 0)), false, variables(discriminator));
      of.minimize(() => entropy(judge(fake()), 1), false, variables(generator));
    });
  }
}
