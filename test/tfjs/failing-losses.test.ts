import type { Variable as TfVariable } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { onBackends, tf } from './peer.js';

const { Adamax } = createTfjs(tf);

onBackends("a loss of minimize in TensorFlow.js' own order that fails", () => {
  let x: TfVariable;
  let count: number;
  beforeEach(() => {
    x = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3, 4])));
    count = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(Array.from(x.dataSync())).to.deep.equal([1, 2, 3, 4]);
    expect(tf.memory().numTensors).to.equal(count);
    x.dispose();
  });
  const step = (loss: () => unknown) => () => new Adamax(0.1).minimize(loss as never, false, [x]);

  it('passes on what it throws', () => {
    const fail = () => {
      tf.square(tf.exp(x));
      throw new RangeError('of the loss');
    };
    expect(step(fail)).to.throw(RangeError, 'of the loss');
  });

  it('says why there is no gradient', () => {
    const sliced = () => tf.sum(tf.stridedSlice(x, [0], [4], [2]));
    expectError(step(sliced), TypeError, 'ERR_ADAMAX_TFJS', /received StridedSlice/);
  });

  it('is refused where it is no scalar, no tensor, or depends on nothing', () => {
    expectError(
      step(() => tf.square(x)),
      RangeError,
      'ERR_ADAMAX_SHAPE',
      /f\(\) must be a scalar: received \[4\]/,
    );
    expectError(
      step(() => 3),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /f\(\) must be a scalar of TensorFlow.js: received 3/,
    );
    expectError(
      step(() => tf.scalar(1)),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /gradient/,
    );
  });

  it('is refused a gradient by rows that it looks up, within tf.grad', () => {
    const slope = () => tf.sum(tf.valueAndGrads((v) => tf.sum(tf.gather(v as never, [0, 1])))([x]).grads[0]);
    expectError(step(slope), TypeError, 'ERR_ADAMAX_TFJS', /tf.grad by a variable whose rows are looked up/);
  });
});
