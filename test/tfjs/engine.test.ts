import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { Variable } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { warningsOf } from '../support/warnings.js';
import { onBackends, tf } from './peer.js';

const { Adamax, SGD } = createTfjs(tf);
const variable = (values: number[], name?: string) => tf.tidy(() => tf.variable(tf.tensor1d(values), true, name));
const numbers = (tensor: Tensor) => Array.from(tensor.dataSync());

onBackends('TensorFlow.js as the engine', () => {
  let count: number;
  const left: TfVariable[] = [];
  const made = (values: number[], name?: string) => {
    left.push(variable(values, name));
    return left[left.length - 1];
  };
  beforeEach(() => {
    count = tf.memory().numTensors;
  });
  afterEach(() => {
    for (const v of left.splice(0)) v.dispose();
    expect(tf.memory().numTensors, 'tensors that are left').to.equal(count);
  });

  it('calls a loss once, and then asks for the variables, which the loss may make', () => {
    const { core } = new SGD(0.5);
    const order: string[] = [];
    let v: TfVariable | undefined;
    const loss = () => {
      order.push('loss');
      v ??= made([1, 2]);
      return tf.sum(tf.square(v));
    };
    core.minimize(loss, () => {
      order.push('variables');
      return [v as TfVariable];
    });
    expect(order).to.deep.equal(['loss', 'variables']);
    expect(numbers(v as TfVariable)).to.deep.equal([0, 0]);
    expect(core.lastLoss).to.equal(5);
  });

  it('takes Keras order of arguments in its own class, too', () => {
    const v = made([1, 2]);
    expect(new SGD(0.25).minimize(() => tf.sum(tf.square(v)), [v])).to.equal(1);
    expect(numbers(v)).to.deep.equal([0.5, 1]);
    expect(new SGD(0.25).minimize(() => tf.sum(tf.square(v)) as never, true, [v])?.dataSync()[0]).to.equal(1.25);
    count += 1; // the loss that was returned
    expect(numbers(v)).to.deep.equal([0.25, 0.5]);
  });

  it('weights the elements of a loss by gradLoss', () => {
    const v = made([1, 2, 3]);
    const { core } = new SGD(1);
    core.minimize(() => tf.square(v), [v]);
    expect(numbers(v)).to.deep.equal([-1, -2, -3]);
    core.minimize(() => tf.square(v), [v], { gradLoss: [0, 1, 0] });
    expect(numbers(v)).to.deep.equal([-1, 2, -3]);
    const weights = tf.tensor1d([0, 0, 1]);
    core.minimize(() => tf.square(v), [v], { gradLoss: weights });
    expect(numbers(v)).to.deep.equal([-1, 2, 3]);
    expect(core.lastLoss).to.equal(14);
    const short = () => core.minimize(() => tf.square(v), [v], { gradLoss: [1, 2] });
    expectError(short, RangeError, 'ERR_ADAMAX_SHAPE', /gradLoss must be \[3\], as the loss: received \[2\]/);
    const words = () => core.minimize(() => tf.square(v), [v], { gradLoss: 'ones' });
    expectError(words, TypeError, 'ERR_ADAMAX_ARG_TYPE', /gradLoss must be a tensor or numbers: received 'ones'/);
    weights.dispose();
  });

  it('leaves variables alone that the loss does not depend on, and getGradients says which', async () => {
    const [a, b] = [made([1]), made([2], 'apart')];
    const { core } = new SGD(1);
    const warnings = await warningsOf('ADAMAX_NO_GRADIENT', () => core.minimize(() => tf.square(a), [a, b]));
    expect(warnings).to.have.length(1);
    expect([numbers(a), numbers(b)]).to.deep.equal([[-1], [2]]);
    const ask = () => core.getGradients(() => tf.square(a), [a, b]);
    expectError(ask, RangeError, 'ERR_ADAMAX_NO_GRADIENTS', /apart/);
  });

  it('reads Variables and arrays of this package by leaf', () => {
    const matrix = new Variable(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] });
    const bias = new Float32Array([1, 1]);
    const v = made([2, 3]);
    const { core } = new SGD(0.1);
    core.minimize(
      (leaf) => {
        expect(leaf(matrix)).to.equal(leaf(matrix));
        expect(leaf(matrix).shape).to.deep.equal([2, 2]);
        expect(leaf(v)).to.equal(v);
        return tf.sum(tf.add(tf.mul(leaf(matrix), v), leaf(bias)));
      },
      [matrix, bias, v],
    );
    const close = (array: ArrayLike<number>, expected: number[]) => {
      expect(Array.from(array, (x) => Math.round(x * 1e5) / 1e5)).to.deep.equal(expected);
    };
    close(matrix.data, [0.8, 1.7, 2.8, 3.7]);
    close(bias, [0.8, 0.8]);
    close(v.dataSync(), [1.6, 2.4]);
  });

  it('keeps what a caller holds apart from what steps write', () => {
    const v = made([1, 2]);
    const { core } = new SGD(1);
    const weights = tf.tensor1d([3, 4]);
    const [gradient] = core.getGradients(() => tf.mul(v, weights), [v]) as Float32Array[];
    gradient.fill(0);
    expect(numbers(weights)).to.deep.equal([3, 4]);
    const best = v.dataSync();
    core.minimize(() => tf.square(v), [v]);
    expect(Array.from(best)).to.deep.equal([1, 2]);
    weights.dispose();
  });

  it('refuses what is no tensor, and a tensor that was computed outside', () => {
    const v = made([1, 2]);
    const { core } = new SGD(1);
    const outside = tf.square(v);
    expectError(() => core.minimize(() => 3, [v]), TypeError, 'ERR_ADAMAX_ARG_TYPE', /loss\(\) must be a tensor/);
    expectError(() => core.minimize(() => outside, [v]), TypeError, 'ERR_ADAMAX_TFJS', /must be computed by the funct/);
    expectError(() => core.getGradients(outside, [v]), TypeError, 'ERR_ADAMAX_TFJS', /must be computed by the funct/);
    expect(Array.from(core.getGradients(() => v, [v])[0] as Float32Array)).to.deep.equal([1, 1]);
    expect(numbers(v)).to.deep.equal([1, 2]);
    outside.dispose();
  });

  it('passes on what a loss throws, and keeps none of its tensors', () => {
    const v = made([1, 2]);
    const { core } = new SGD(1);
    const fail = () =>
      core.minimize(() => {
        tf.square(tf.exp(v));
        throw new RangeError('of the loss');
      }, [v]);
    expect(fail).to.throw(RangeError, 'of the loss');
    const bad = () =>
      core.minimize(
        () => tf.square(tf.exp(v)),
        () => [v, 'w' as never],
      );
    expectError(bad, TypeError, 'ERR_ADAMAX_ARG_TYPE', /varList/);
    expect(core.iterations.item()).to.equal(0);
  });

  it('steps the variables of a layer, and a thousand steps leave no tensor', () => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
    const layer = tf.layers.dense({ units: 1, kernelInitializer });
    const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
    const y = tf.tensor2d([1, 3, 4, 6], [4, 1]);
    const { core } = new Adamax(0.1);
    const loss = () => tf.losses.meanSquaredError(y, layer.apply(x) as Tensor);
    const step = () => core.minimize(loss, () => layer.trainableWeights);
    step();
    const before = tf.memory().numTensors;
    const first = core.lastLoss as number;
    for (let i = 0; i < 1000; i++) step();
    expect(core.lastLoss).to.be.below(first / 50);
    expect(tf.memory().numTensors).to.equal(before);
    layer.dispose();
    tf.dispose([x, y]);
  });

  it('has the losses of tf.train.adamax', () => {
    const start = [0.5, -1, 2];
    const loss = (v: TfVariable) => tf.sum(tf.square(tf.sub(tf.exp(tf.mul(v, 0.3)), [1, 2, 3]))) as never;
    const [ours, theirs] = [made(start), made(start)];
    const [optimizer, other] = [new Adamax(0.01).core, tf.train.adamax(0.01)];
    for (let i = 0; i < 100; i++) {
      optimizer.minimize(() => loss(ours), [ours]);
      other.minimize(() => loss(theirs), false, [theirs]);
    }
    numbers(ours).forEach((x, i) => {
      expect(x).to.be.closeTo(numbers(theirs)[i], 2e-6);
    });
    other.dispose();
  });
});
