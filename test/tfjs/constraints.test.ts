import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { named, valuesOf, variables } from './models.js';
import { onBackends, tf } from './peer.js';

onBackends('constraints of layers', () => {
  const model = () => {
    const kernelConstraint = tf.constraints.nonNeg();
    return tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: 'ones', kernelConstraint })],
    });
  };
  const data = () => ({ xs: tf.ones([8, 3]), ys: tf.fill([8, 2], -5) });
  const kernel = (one: ReturnType<typeof model>) => [...valuesOf(one.getWeights()[0])];

  it('are applied after each step by optimizers that know the model, and by those of TensorFlow.js never', async () => {
    const { SGD } = createTfjs(tf);
    const { xs, ys } = data();
    const [told, untold, theirs] = [model(), model(), model()];
    told.compile({ optimizer: new SGD(0.1).constrain(told), loss: 'meanSquaredError' });
    untold.compile({ optimizer: new SGD(0.1), loss: 'meanSquaredError' });
    theirs.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const { numTensors } = tf.memory();
    for (const one of [told, untold, theirs]) await one.fit(xs, ys, { epochs: 10, verbose: 0 });
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(kernel(told)).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect(Math.max(...kernel(untold))).to.be.below(0);
    expect(Math.max(...kernel(theirs))).to.be.below(0);
    // The bias, which has none, has learned what is left.
    expect([...valuesOf(told.getWeights()[1])].every((x) => x < -1)).to.equal(true);
  });

  it('are known of variables of layers that are listed', () => {
    const { SGD } = createTfjs(tf);
    const one = model();
    const optimizer = new SGD(10);
    const steps = [
      () => optimizer.applyGradients([[tf.ones([3, 2]), one.weights[0]] as never]),
      () =>
        optimizer.minimize(
          () => tf.sum(one.predict(tf.ones([1, 3])) as never),
          () => one.trainableWeights,
        ),
    ];
    for (const step of steps) {
      one.setWeights([tf.ones([3, 2]), tf.zeros([2])]);
      step();
      expect(kernel(one)).to.deep.equal([0, 0, 0, 0, 0, 0]);
    }
  });

  it('leave the variables of others as they are', () => {
    const { SGD } = createTfjs(tf);
    const [v] = variables([[2]]);
    v.assign(tf.tensor1d([1, 1]));
    new SGD(2).constrain(model()).applyGradients(named([v], [tf.ones([2])]));
    expect([...valuesOf(v)]).to.deep.equal([-1, -1]);
  });
});
