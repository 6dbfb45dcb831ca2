import type { Tensor } from '@tensorflow/tfjs-core';
import { Variable } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { onBackends, tf } from './peer.js';

const { Adamax, GradientTape, embeddingLookup } = createTfjs(tf);
const numbers = (tensor: Tensor | null) => (tensor === null ? null : Array.from(tensor.dataSync()));
const variable = (values: number[], trainable = true) =>
  tf.tidy(() => tf.variable(tf.tensor1d(values), trainable)) as ReturnType<typeof tf.variable>;

onBackends('GradientTape', () => {
  let count: number;
  beforeEach(() => {
    tf.engine().startScope();
    count = tf.memory().numTensors;
  });
  /** Whatever a test has not disposed of was made in its scope, but for variables and what a tape keeps. */
  afterEach(() => tf.engine().endScope());

  /** Runs a test within which every tape is used up or disposed of, and looks whether tensors are left. */
  function leakless(title: string, body: () => void): void {
    it(title, () => {
      tf.tidy(() => {
        body();
        tf.disposeVariables();
      });
      expect(tf.memory().numTensors).to.equal(count);
    });
  }

  leakless('differentiates by a variable, a list and a record of them, in their structure', () => {
    const [a, b] = [variable([1, 2]), variable([3, 4])];
    const tape = new GradientTape({ persistent: true });
    const y = tape.record(() => tf.sum(tf.mul(tf.square(a), b)));
    const one: Tensor | null = tape.gradient(y, a);
    expect(numbers(one)).to.deep.equal([6, 16]);
    const list = tape.gradient(y, [a, [b]] as const);
    expect(numbers(list[1][0])).to.deep.equal([1, 4]);
    const record = tape.gradient(y, { first: b, rest: { a } });
    expect(numbers(record.rest.a)).to.deep.equal([6, 16]);
    expect(tape.gradient(y, [])).to.deep.equal([]);
    const twice = tape.gradient(y, [a, a]);
    expect(twice[0]).not.to.equal(twice[1]);
    tape.dispose();
  });

  leakless('weights targets by outputGradients, and sums several of them', () => {
    const x = variable([1, 2, 3]);
    const tape = new GradientTape({ persistent: true });
    const { square, cube } = tape.record(() => ({ square: tf.square(x), cube: tf.pow(x, 3) }));
    expect(numbers(tape.gradient(square, x))).to.deep.equal([2, 4, 6]);
    const weights = tf.tensor1d([1, 10, 100]);
    expect(numbers(tape.gradient(square, x, { outputGradients: weights }))).to.deep.equal([2, 40, 600]);
    expect(numbers(tape.gradient([square, cube], x))).to.deep.equal([5, 16, 33]);
    const both = [weights, tf.tensor1d([1, 0, 0])];
    expect(numbers(tape.gradient([square, cube], x, { outputGradients: both }))).to.deep.equal([5, 40, 600]);
    const wrong = () => tape.gradient(square, x, { outputGradients: tf.ones([2]) });
    expectError(wrong, RangeError, 'ERR_ADAMAX_SHAPE', /outputGradients must be \[3\].*received \[2\]/);
    const few = () => tape.gradient([square, cube], x, { outputGradients: weights });
    expectError(few, RangeError, 'ERR_ADAMAX_SHAPE', /outputGradients/);
    tape.dispose();
  });

  leakless('differentiates by what was computed on the way, and gives weights back as they are', () => {
    const x = variable([2]);
    const tape = new GradientTape({ persistent: true });
    let between = null as unknown as Tensor;
    const y = tape.record(() => {
      between = tf.square(x);
      return tf.mul(between, 3);
    });
    expect(between.isDisposed).to.equal(true);
    expect(numbers(tape.gradient(y, between))).to.deep.equal([3]);
    expect(numbers(tape.gradient(between, x))).to.deep.equal([4]);
    const weights = tf.tensor1d([5]);
    const itself = tape.gradient(y, y, { outputGradients: weights });
    expect(numbers(itself)).to.deep.equal([5]);
    itself?.dispose();
    expect(weights.isDisposed).to.equal(false);
    tape.dispose();
  });

  leakless('can be asked once, unless it is persistent, and only after record', () => {
    const x = variable([3]);
    const tape = new GradientTape();
    const early = () => tape.gradient(x, x);
    expectError(early, TypeError, 'ERR_ADAMAX_STATE', /gradient must come after record/);
    const y = tape.record(() => tf.square(x));
    const notATensor = () => tape.gradient(y, 3 as never);
    expectError(notATensor, TypeError, 'ERR_ADAMAX_ARG_TYPE', /sources must be a tensor, or a list .*received 3/);
    expect(numbers(tape.gradient(y, x))).to.deep.equal([6]);
    expectError(() => tape.gradient(y, x), TypeError, 'ERR_ADAMAX_STATE', /once of a tape that is not persistent/);
    const again = tape.record(() => tf.mul(x, 2));
    expect(numbers(tape.gradient(again, x))).to.deep.equal([2]);
  });

  leakless('has null, or zeros, for what the target does not depend on', () => {
    const [x, other] = [variable([3]), variable([1, 2])];
    const tape = new GradientTape({ persistent: true });
    const y = tape.record(() => tf.square(x));
    expect(tape.gradient(y, other)).to.equal(null);
    expect(numbers(tape.gradient(y, other, { unconnectedGradients: 'zero' }))).to.deep.equal([0, 0]);
    expect(tape.gradient(tf.scalar(1), [x])).to.deep.equal([null]);
    const unknown = () => tape.gradient(y, x, { unconnectedGradients: 'None' as never });
    expectError(unknown, RangeError, 'ERR_ADAMAX_ARG_VALUE', /one of none, zero/);
    tape.dispose();
  });

  leakless('watches trainable variables by itself, and tensors when it is told', () => {
    const [x, frozen, c] = [variable([3]), variable([4], false), tf.tensor1d([5])];
    const tape = new GradientTape({ persistent: true });
    const product = () => tf.mul(tf.mul(x, frozen), c);
    const y = tape.record(product);
    expect(tape.gradient(y, [x, frozen, c]).map(numbers)).to.deep.equal([[20], null, null]);
    expect(tape.watchedVariables()).to.deep.equal([x]);
    tape.watch([frozen, c]);
    expect(tape.gradient(y, [frozen, c]).map(numbers), 'of what came before').to.deep.equal([null, null]);
    const later = tape.record(product);
    expect(tape.gradient(later, [x, frozen, c]).map(numbers)).to.deep.equal([[20], [15], [12]]);
    tape.dispose();

    const strict = new GradientTape({ watchAccessedVariables: false, persistent: true });
    strict.watch(c);
    const z = strict.record(product);
    expect(strict.gradient(z, [x, c]).map(numbers)).to.deep.equal([null, [12]]);
    expect(strict.watchedVariables()).to.deep.equal([]);
    strict.dispose();
    const whole = () => strict.watch(tf.tensor1d([1], 'int32'));
    expectError(whole, TypeError, 'ERR_ADAMAX_ARG_TYPE', /tensors must be a tensor of dtype float32/);
  });

  leakless('refuses sources and targets of whole numbers', () => {
    const whole = tf.tidy(() => tf.variable(tf.tensor1d([1, 2], 'int32')));
    const tape = new GradientTape();
    const y = tape.record(() => tf.sum(tf.cast(whole, 'float32')));
    expectError(() => tape.gradient(y, [whole]), TypeError, 'ERR_ADAMAX_ARG_TYPE', /sources\[0\] must be .*float32/);
    expectError(() => tape.gradient(whole, y), TypeError, 'ERR_ADAMAX_ARG_TYPE', /target must be .*float32/);
    tape.dispose();
  });

  leakless('passes over what stopRecording computes, and forgets by reset', () => {
    const x = variable([3]);
    const tape = new GradientTape();
    const y = tape.record(() =>
      tf.mul(
        x,
        tape.stopRecording(() => tf.square(x)),
      ),
    );
    expect(numbers(y)).to.deep.equal([27]);
    expect(numbers(tape.gradient(y, x))).to.deep.equal([9]);
    const outside = () => tape.stopRecording(() => 1);
    expectError(outside, TypeError, 'ERR_ADAMAX_STATE', /stopRecording must be called within record/);

    const other = new GradientTape({ persistent: true });
    const { before, after } = other.record(() => {
      const first = tf.square(x);
      other.reset();
      return { before: first, after: tf.mul(x, 7) };
    });
    expect(other.gradient(before, x)).to.equal(null);
    expect(numbers(other.gradient(after, x))).to.deep.equal([7]);
    other.reset();
    expectError(() => other.gradient(after, x), TypeError, 'ERR_ADAMAX_STATE', /after record/);
  });

  leakless('goes on where it stopped when it records again, also after an error', () => {
    const x = variable([3]);
    const tape = new GradientTape();
    const square = tape.record(() => tf.square(x));
    const fail = () =>
      tape.record(() => {
        tf.square(x);
        throw new RangeError('of the user');
      });
    expect(fail).to.throw(RangeError, 'of the user');
    const y = tape.record(() => tf.mul(square, square));
    expect(numbers(tape.gradient(y, x))).to.deep.equal([108]);
  });

  leakless('does not record within another tape, and has tf.grad for gradients of gradients', () => {
    const x = variable([3]);
    const [outer, inner] = [new GradientTape(), new GradientTape()];
    const within = () => outer.record(() => inner.record(() => tf.square(x)));
    expectError(within, TypeError, 'ERR_ADAMAX_TFJS', /record must not be called while something records.*tf.grad/);
    const asked = () => outer.record(() => tf.mul(outer.gradient(x, x) as Tensor, x));
    expectError(asked, TypeError, 'ERR_ADAMAX_TFJS', /gradient must not be called while something records/);
    const slope = outer.record(() => tf.grad((t) => tf.pow(t, 3))(x));
    expect(numbers(slope)?.[0]).to.be.closeTo(27, 1e-4);
    expect(numbers(outer.gradient(slope, x))?.[0]).to.be.closeTo(18, 1e-4);
  });

  leakless('refuses a function that takes time', () => {
    const tape = new GradientTape();
    const later = () => tape.record((async () => 1) as never);
    expectError(later, TypeError, 'ERR_ADAMAX_ARG_TYPE', /f\(\) must be what was computed/);
    expectError(() => new GradientTape({ persist: true } as never), TypeError, 'ERR_ADAMAX_OPTION', /persist/);
  });

  leakless('says the reason where there is no gradient, and gives back what it recorded', () => {
    const x = variable([1, 2, 3, 4]);
    const tape = new GradientTape();
    const y = tape.record(() => tf.stridedSlice(x, [0], [4], [2]));
    expectError(() => tape.gradient(y, x), TypeError, 'ERR_ADAMAX_TFJS', /received StridedSlice/);
  });

  leakless('has a sparse gradient for a Variable of this package whose rows were looked up', () => {
    const table = new Variable(new Float32Array(8).fill(2), { shape: [4, 2], name: 'table' });
    const w = variable([1, 10]);
    const tape = new GradientTape({ persistent: true });
    const loss = tape.record(() => tf.sum(tf.mul(tf.square(embeddingLookup(table, [1, 3, 1])), w)));
    const [slices, dense] = tape.gradient(loss, [table, w] as const);
    expect(Array.from(slices?.indices as Int32Array)).to.deep.equal([1, 3, 1]);
    expect(Array.from(slices?.values as Float32Array)).to.deep.equal([4, 40, 4, 40, 4, 40]);
    expect(slices?.denseShape).to.deep.equal([4, 2]);
    expect(numbers(dense)).to.deep.equal([12, 12]);
    expect(tape.gradient([loss, loss], table)?.indices).to.have.length(6);
    const other = new Variable(new Float32Array(8), { shape: [4, 2] });
    expect(tape.gradient(loss, other)).to.equal(null);
    tape.dispose();
    new Adamax(0.5).applyGradients([[slices, table]]);
    expect(Array.from(table.data)).to.deep.equal([2, 2, 1.5, 1.5, 2, 2, 1.5, 1.5]);

    const strict = new GradientTape({ watchAccessedVariables: false, persistent: true });
    const look = () => tf.sum(embeddingLookup(table, [0]));
    expect(strict.gradient(strict.record(look), table)).to.equal(null);
    strict.watch(table);
    expect(strict.gradient(strict.record(look), table)?.indices).to.have.length(1);
    strict.dispose();
  });

  leakless('has a gradient in full for a table that is a variable of TensorFlow.js', () => {
    const table = tf.tidy(() => tf.variable(tf.ones([3, 2])));
    const tape = new GradientTape();
    const loss = tape.record(() => tf.add(tf.sum(embeddingLookup(table, [2, 2])), tf.sum(tf.square(table))));
    expect(numbers(tape.gradient(loss, table))).to.deep.equal([2, 2, 2, 2, 4, 4]);
  });

  it('leaves no tensor for a table that it has not seen', () => {
    const table = new Variable(new Float32Array(8), { shape: [4, 2] });
    const before = tf.memory().numTensors;
    const tape = new GradientTape();
    tape.watch(table);
    expect(tf.memory().numTensors).to.equal(before);
  });

  it('trains a model by its variables', () => {
    const { layers, initializers } = tf;
    const kernelInitializer = initializers.glorotUniform({ seed: 1 });
    const model = tf.sequential({ layers: [layers.dense({ units: 1, inputShape: [2], kernelInitializer })] });
    const optimizer = new Adamax(0.1);
    const [xs, ys] = [tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]), tf.tensor2d([1, 3, 4, 6], [4, 1])];
    const variables = model.trainableWeights;
    const step = () =>
      tf.tidy(() => {
        const tape = new GradientTape();
        const loss = tape.record(() => tf.losses.meanSquaredError(ys, model.apply(xs) as Tensor));
        const gradients = tape.gradient(loss, variables);
        optimizer.applyGradients(gradients.map((gradient, i) => [gradient ?? undefined, variables[i]]));
        return loss.dataSync()[0];
      });
    step();
    const before = tf.memory().numTensors;
    const first = step();
    let loss = first;
    for (let i = 0; i < 200; i++) loss = step();
    expect(loss).to.be.below(first / 50);
    expect(tf.memory().numTensors).to.equal(before);
    model.dispose();
    tf.dispose([xs, ys]);
  });
});
