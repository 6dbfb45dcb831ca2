import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { named, perceptron, regression, train, valuesOf, weightsOf } from './models.js';
import { onBackends, tf } from './peer.js';

/** Steps a variable by ones, at a rate of 1. */
function stepper(): (variable: Variable) => void {
  const optimizer = new (createTfjs(tf).SGD)(1);
  return (variable) => {
    const ones = tf.ones(variable.shape);
    optimizer.applyGradients(named([variable], [ones]));
    ones.dispose();
  };
}

onBackends('what shares elements with a variable', () => {
  it('keeps them: the tensor it was made of, clones, other shapes, copies', () => {
    const step = stepper();
    const user = Float32Array.of(1, 2, 3, 4);
    const initial = tf.tensor(user, [2, 2]);
    const v = tf.variable(initial) as Variable;
    const others: Tensor[] = [initial, tf.clone(v), tf.reshape(v, [4])];
    step(v);
    others.push(tf.clone(v));
    const best = v.dataSync();
    step(v);
    expect([...valuesOf(v)]).to.deep.equal([-1, 0, 1, 2]);
    for (const other of others.slice(0, 3)) expect([...valuesOf(other)]).to.deep.equal([1, 2, 3, 4]);
    expect([...valuesOf(others[3])]).to.deep.equal([0, 1, 2, 3]);
    expect([...best]).to.deep.equal([0, 1, 2, 3]);
    expect([...user]).to.deep.equal([1, 2, 3, 4]);
  });

  it('keeps them in another model, which was given the weights of one that is trained', async () => {
    const { Adamax } = createTfjs(tf);
    const data = regression();
    const [online, target] = [perceptron(), perceptron()];
    online.compile({ optimizer: new Adamax(0.1), loss: 'meanSquaredError' });
    await train(online, data, 1);
    target.setWeights(online.getWeights());
    const then = weightsOf(online);
    await train(online, data, 1);
    expect(weightsOf(target)).to.deep.equal(then);
    expect(weightsOf(online)).to.not.deep.equal(then);
  });

  it('is seen by kernels that pack weights: products, convolutions, leaky units', () => {
    const step = stepper();
    const x = tf.ones([1, 8, 8, 3]);
    const cases: [shape: number[], apply: (v: Tensor) => Tensor][] = [
      [[3, 2], (v) => tf.matMul(tf.ones([4, 3]), v as never)],
      [[3, 2], (v) => tf.fused.matMul({ a: tf.ones([4, 3]) as never, b: v as never })],
      [[3, 3, 3, 2], (v) => tf.conv2d(x as never, v as never, 1, 'valid')],
      [[3, 3, 3, 1], (v) => tf.depthwiseConv2d(x as never, v as never, 1, 'valid')],
      [[3], (v) => tf.prelu(tf.neg(x), v)],
      [[3], (v) => tf.add(x, v)],
    ];
    for (const [shape, apply] of cases) {
      const v = tf.variable(tf.ones(shape)) as Variable;
      const once = valuesOf(apply(v));
      for (let k = 0; k < 3; k++) {
        step(v);
        const [now, fresh] = [valuesOf(apply(v)), valuesOf(apply(tf.tensor(valuesOf(v), shape)))];
        expect(now).to.deep.equal(fresh);
        expect(now).to.not.deep.equal(once);
      }
    }
  });

  it('is read by a tape as it was when that recorded it', () => {
    const step = stepper();
    const { GradientTape } = createTfjs(tf);
    const v = tf.variable(tf.tensor1d([3, 5])) as Variable;
    step(v);
    const tape = new GradientTape({ persistent: true });
    const y = tape.record(() => tf.square(v));
    for (let k = 0; k < 2; k++) {
      expect([...valuesOf(tape.gradient(y, v) as Tensor)]).to.deep.equal([4, 8]);
      step(v);
    }
    expect([...valuesOf(v)]).to.deep.equal([0, 2]);
    tape.dispose();
  });

  it('is assigned to between steps: the next step goes on from there', () => {
    const step = stepper();
    const v = tf.variable(tf.tensor1d([1, 2])) as Variable;
    step(v);
    v.assign(tf.tensor1d([10, 20]));
    step(v);
    step(v);
    expect([...valuesOf(v)]).to.deep.equal([8, 18]);
  });

  it('may be whole numbers under a float32 variable', () => {
    const step = stepper();
    const whole = tf.tensor1d([1, 2], 'int32');
    for (const v of [tf.variable(tf.cast(whole, 'float32')), tf.variable(whole, true, undefined, 'float32')]) {
      step(v as Variable);
      step(v as Variable);
      expect([...valuesOf(v)]).to.deep.equal([-1, 0]);
    }
    const v = tf.variable(tf.zeros([2]));
    const gradient = tf.cast(whole, 'float32');
    new (createTfjs(tf).SGD)(1).applyGradients(named([v as Variable], [gradient]));
    expect([...valuesOf(v), ...valuesOf(whole)]).to.deep.equal([-1, -2, 1, 2]);
  });
});
