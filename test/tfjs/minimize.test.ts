import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { valuesOf } from './models.js';
import { onBackends, tf } from './peer.js';

onBackends('minimize', () => {
  const make = () => {
    const [v, w] = [tf.variable(tf.tensor1d([1, 2])) as Variable, tf.variable(tf.tensor1d([3])) as Variable];
    const loss = (): Scalar => tf.add(tf.sum(tf.square(v)), tf.sum(tf.square(w)));
    return { v, w, loss, optimizer: new (createTfjs(tf).SGD)(0.25) };
  };
  const values = (...list: Tensor[]) => list.flatMap((one) => [...valuesOf(one)]);

  it("in TensorFlow.js' order returns the loss where it is asked for, and takes no list, or one", () => {
    const { v, w, loss, optimizer } = make();
    expect(optimizer.minimize(loss, false, [v])).to.equal(null);
    expect(values(v, w)).to.deep.equal([0.5, 1, 3]);
    const cost = optimizer.minimize(loss, true, [v, w]) as Scalar;
    expect(values(cost)).to.deep.equal([10.25]);
    expect(values(v, w)).to.deep.equal([0.25, 0.5, 1.5]);
    w.trainable = false;
    expect(optimizer.minimize(loss, undefined, [v, w])).to.equal(null);
    expect(values(v, w)).to.deep.equal([0.125, 0.25, 1.5]);
    expect(optimizer.iterations).to.equal(3);
    tf.dispose([v, w]);
  });

  it("in TensorFlow.js' order takes variables of layers, with their constraints, and refuses what is no variable", () => {
    const { loss, v, w, optimizer } = make();
    const layer = tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones', kernelConstraint: 'nonNeg' });
    const model = tf.sequential({ layers: [layer] });
    const predict = () =>
      tf.sum(
        model.apply(
          tf.tensor2d([
            [3, 8],
            [1, -4],
          ]),
        ) as Tensor,
      ) as Scalar;
    optimizer.minimize(predict, false, model.trainableWeights);
    expect(values(...model.getWeights())).to.deep.equal([0, 0, -0.5]);
    for (const list of [[tf.scalar(1)], ['v'], [v, {}]]) {
      const call = () => optimizer.minimize(loss, false, list as never);
      expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', /varList\[[01]\] must be a variable of TensorFlow\.js/);
    }
    expect(values(v, w)).to.deep.equal([1, 2, 3]);
  });

  it('without a list takes all variables that are trainable', () => {
    const before = Object.keys(tf.engine().registeredVariables);
    for (const name of before) tf.engine().registeredVariables[name].dispose();
    const { v, w, loss, optimizer } = make();
    optimizer.minimize(loss);
    expect(values(v, w)).to.deep.equal([0.5, 1, 1.5]);
  });

  it("in Keras' order takes variables, lists and functions of them, and returns the number of steps", () => {
    const { v, w, loss, optimizer } = make();
    expect(optimizer.minimize(loss, [v, [w]])).to.equal(1);
    expect(optimizer.core.lastLoss).to.equal(14);
    expect(optimizer.minimize(loss, v)).to.equal(2);
    expect(optimizer.minimize(loss, () => [w])).to.equal(3);
    expect(values(v, w)).to.deep.equal([0.25, 0.5, 0.75]);
    const layer = tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' });
    const model = tf.sequential({ layers: [layer] });
    const predict = () => tf.sum(tf.square(model.predict(tf.ones([1, 1])) as Tensor)) as Scalar;
    expect(optimizer.minimize(predict, () => model.trainableWeights)).to.equal(4);
    expect(values(...model.getWeights())).to.deep.equal([0.5, -0.5]);
  });

  it('leaks nothing, in either order', () => {
    const { v, w, loss, optimizer } = make();
    optimizer.minimize(loss, [v, w]);
    const { numTensors } = tf.memory();
    for (let k = 0; k < 20; k++) {
      optimizer.minimize(loss, [v, w]);
      optimizer.minimize(loss, false, [v, w]);
      optimizer.minimize(loss, true, [v, w])?.dispose();
    }
    expect(tf.memory().numTensors).to.equal(numTensors);
    tf.dispose([v, w]);
  });

  it('of the core steps the same variables', () => {
    const { v, w, loss, optimizer } = make();
    expect(optimizer.core.minimize(loss, [v, w])).to.equal(1);
    expect(optimizer.core.getGradients(loss, [v]).map(String)).to.deep.equal(['1,2']);
    expect(optimizer.minimize(loss, false, [v, w])).to.equal(null);
    expect(values(v, w)).to.deep.equal([0.25, 0.5, 0.75]);
  });
});
