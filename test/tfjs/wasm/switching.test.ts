import type { Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjs, type WasmTraining } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../../support/errors.js';
import { tf } from '../peer.js';
import { numbers, use } from './support.js';

const { Adamax, GradientTape, enableWasmTraining } = createTfjs(tf);

const registered = () =>
  new Map(tf.getKernelsForBackend('wasm').map((config) => [config.kernelName, config.kernelFunc]));

/** A network whose convolution leaves pixels out, so that it is wrong by TensorFlow.js alone. */
function network() {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 2, strides: 3, padding: 'same' }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  model.setWeights(model.getWeights().map((weight, i) => tf.mul(numbers(weight.shape, i + 1), 0.4)));
  model.compile({ optimizer: new Adamax(0.01), loss: 'categoricalCrossentropy' });
  const x = numbers([8, 6, 6, 2]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1], 'int32'), 2);
  const step = async () => (await model.trainOnBatch(x, y)) as number;
  const weights = () => model.getWeights().map((weight) => Array.from(weight.dataSync()));
  return { model, x, y, step, weights };
}

describe('enableWasmTraining in the midst of a training', function () {
  this.timeout(60_000);

  it('may be taken back: a step is refused then, and leaves everything as it was, until it is called again', async () => {
    await use('cpu');
    const expected: number[] = [];
    const reference = network();
    for (let i = 0; i < 6; i++) expected.push(await reference.step());

    await use('wasm');
    let training = enableWasmTraining();
    const { step, weights, model } = network();
    for (let i = 0; i < 3; i++) expect(await step()).to.be.closeTo(expected[i], 2e-6);
    training.disable();
    const before = weights();
    const error = await step().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('code', 'ERR_ADAMAX_TFJS');
    expect(weights()).to.deep.equal(before);
    expect(model.optimizer.iterations).to.equal(3);
    training = enableWasmTraining();
    for (let i = 3; i < 6; i++) expect(await step()).to.be.closeTo(expected[i], 2e-6);
    training.disable();
  });

  it('may be taken back by a callback of fit, which ends that', async () => {
    await use('wasm');
    const training = enableWasmTraining();
    const { model, x, y } = network();
    const callbacks = { onEpochEnd: async (epoch: number) => (epoch === 1 ? training.disable() : undefined) };
    const error = await model.fit(x, y, { epochs: 5, verbose: 0, callbacks }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('code', 'ERR_ADAMAX_TFJS');
    expect(model.optimizer.iterations).to.equal(2);
  });

  it('may be called, and taken back, by a loss: what is computed stays right, and the kernels are those of then', async () => {
    await use('wasm');
    const before = registered();
    const images = numbers([1, 6, 6, 1]) as Tensor4D;
    const w = tf.variable(numbers([2, 2, 1, 1], 2)) as unknown as Tensor4D;
    const y = () => tf.conv2d(images, w, 3, 'same');
    let training: WasmTraining | undefined;
    const values = (change: () => void) => {
      const tape = new GradientTape();
      const [first, second] = tape.record(() => {
        const one = y();
        change();
        return [one, y()] as [Tensor, Tensor];
      });
      const result = [first, second].map((tensor) => [...tensor.dataSync()]);
      tf.dispose([first, second]);
      tape.dispose();
      return result;
    };

    const [one, two] = values(() => {
      training = enableWasmTraining();
    });
    expect(two).to.deep.equal(one);
    expect(training?.replaced).to.include('Conv2D');
    expect(tf.tidy(() => [...y().dataSync()])).to.deep.equal(one);
    const [three, four] = values(() => training?.disable());
    expect([three, four]).to.deep.equal([one, one]);
    expect(registered()).to.deep.equal(before);
    tf.dispose([images, w]);
  });

  it('leaves the kernels that were there after a loss that throws', async () => {
    await use('wasm');
    const before = registered();
    const fail = () => expect.fail('of the loss');
    expect(() => new GradientTape().record(fail)).to.throw('of the loss');
    expect(() => new Adamax().minimize(fail as unknown as () => Scalar)).to.throw('of the loss');
    expect(registered()).to.deep.equal(before);
  });

  it('is one for all namespaces, whichever has called it', async () => {
    await use('wasm');
    const other = createTfjs({ ...tf });
    const training = other.enableWasmTraining();
    expect(training.replaced).to.include('Conv2D');
    expect(enableWasmTraining().replaced).to.deep.equal([]);
    const w = tf.variable(tf.ones([2, 2, 1, 1]));
    const loss = () => tf.sum(tf.conv2d(tf.ones([1, 6, 6, 1]) as never, w as never, 3, 'same')) as Scalar;
    for (const { SGD } of [other, createTfjs(tf)]) new SGD(0.25).minimize(loss, false, [w]);
    // Each of the weights meets the ones of four places.
    expect([...w.dataSync()]).to.deep.equal([-1, -1, -1, -1]);
    training.disable();
    expectError(() => new Adamax().minimize(loss, false, [w]), TypeError, 'ERR_ADAMAX_TFJS', /Conv2DBackpropFilter/);
    w.dispose();
  });

  it('leaves a training that goes on by another backend alone, which is as right there', async () => {
    await use('cpu');
    const expected: number[] = [];
    const reference = network();
    for (let i = 0; i < 8; i++) expected.push(await reference.step());

    await use('wasm');
    let training = enableWasmTraining();
    const { step } = network();
    for (let i = 0; i < 8; i++) {
      await use(i % 3 === 2 ? 'cpu' : 'wasm');
      if (i === 5) training.disable(); // a step by cpu needs none of it
      if (i === 6) training = enableWasmTraining();
      expect(await step()).to.be.closeTo(expected[i], 2e-6);
    }
    training.disable();
  });
});
