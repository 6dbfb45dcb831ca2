import { IndexedSlices } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { LOSSES, pointFor, slopes } from './losses.js';
import { onBackends, tf, version } from './peer.js';

const { Adamax, GradientTape, SGD, enableWasmTraining } = createTfjs(tf);

const variableOf = (x: readonly number[], shape: number[]) =>
  tf.tidy(() => tf.variable(tf.tensor(x as number[], shape)));

const NAMES = ['AvgPool', 'Max', 'Cast', 'Cumsum', 'Greater'];
const theirs = NAMES.map((name) => tf.getGradient(name));

/** A sparse gradient as one of all elements. */
function summed({ values, indices }: IndexedSlices, size: number): Float32Array {
  const whole = new Float32Array(size);
  const width = values.length / indices.length;
  values.forEach((value, i) => {
    whole[Number(indices[Math.floor(i / width)]) * width + (i % width)] += value;
  });
  return whole;
}

/** What the engine says of a loss, and what a tape says. */
function gradientsOf(loss: (typeof LOSSES)[string], x: readonly number[]): ArrayLike<number>[] {
  const variable = variableOf(x, loss.shape);
  const [gradient] = new Adamax().core.getGradients(() => loss.tensors(variable), [variable]);
  const byEngine = gradient instanceof IndexedSlices ? summed(gradient, x.length) : gradient;
  const tape = new GradientTape();
  const value = tape.record(() => loss.tensors(variable));
  const byTape = tape.gradient(value, variable);
  const result = [byEngine as Float32Array, byTape?.dataSync().slice() as Float32Array];
  tf.dispose([variable, value, byTape as never]);
  return result;
}

onBackends('gradients of TensorFlow.js', (backend) => {
  for (const [name, loss] of Object.entries(LOSSES)) {
    if (loss.without?.includes(backend) || (loss.chained && !('reshape' in tf.Tensor.prototype))) continue;
    it(`are the slopes of the loss: ${name}`, () => {
      const x = pointFor(loss.shape.reduce((size, length) => size * length, 1)).map(Math.fround);
      const count = tf.memory().numTensors;
      const expected = slopes(loss.numbers, x);
      const scale = Math.max(1, ...expected.map(Math.abs));
      for (const gradient of gradientsOf(loss, x)) {
        expect(gradient).to.have.length(x.length);
        const errors = expected.map((slope, i) => Math.abs(slope - gradient[i]) / scale);
        expect(Math.max(...errors), `${Array.from(gradient)} for ${expected}`).to.be.below(2e-5);
      }
      expect(tf.memory().numTensors).to.equal(count);
    });
  }

  if (backend === 'wasm') {
    it('are those of cpu where enableWasmTraining has brought what this backend lacks', () => {
      const training = enableWasmTraining();
      for (const name of Object.keys(LOSSES).filter((one) => LOSSES[one].without?.includes(backend))) {
        const x = pointFor(LOSSES[name].shape.reduce((size, length) => size * length, 1)).map(Math.fround);
        const expected = slopes(LOSSES[name].numbers, x);
        for (const gradient of gradientsOf(LOSSES[name], x)) {
          expected.forEach((slope, i) => {
            expect(gradient[i], name).to.be.closeTo(slope, 1e-4);
          });
        }
      }
      // A sum of all that a kernel of ones sees depends on an element as often as it is seen.
      const x = variableOf(pointFor(8), [1, 2, 2, 2, 1]);
      const loss = () => tf.sum(tf.conv3d(x as never, tf.ones([2, 2, 2, 1, 1]), 1, 'same'));
      const [gradient] = new Adamax().core.getGradients(loss, [x]);
      expect(Array.from(gradient as Float32Array)).to.deep.equal([1, 2, 2, 4, 2, 4, 4, 8]);
      x.dispose();
      training.disable();
    });
  }

  it('are shared among elements that are the greatest together, as in TensorFlow', () => {
    const x = tf.variable(tf.tensor([3, 1, 3, 3], [2, 2]));
    const { core } = new Adamax();
    const by = (loss: () => unknown) => Array.from(core.getGradients(loss, [x])[0] as Float32Array);
    expect(by(() => tf.max(x))).to.deep.equal([1 / 3, 0, 1 / 3, 1 / 3].map(Math.fround));
    expect(by(() => tf.sum(tf.min(x, 1)))).to.deep.equal([0, 1, 0.5, 0.5]);
    expect(by(() => tf.max(x, 0, true))).to.deep.equal([0.5, 0, 0.5, 1]);
    // One call within another corrects once.
    const tape = new GradientTape();
    tape.record(() => {
      expect(by(() => tf.max(x))).to.deep.equal([1 / 3, 0, 1 / 3, 1 / 3].map(Math.fround));
      return [];
    });
    tape.dispose();
    x.dispose();
  });

  it('leave the gradients that others register as they are', () => {
    const x = tf.variable(tf.tensor1d([1, 2]));
    new Adamax().core.getGradients(() => tf.max(x), [x]);
    const fail = () => new Adamax().core.getGradients(() => expect.fail('of the loss'), [x]);
    expect(fail).to.throw('of the loss');
    NAMES.forEach((name, i) => {
      expect(tf.getGradient(name), name).to.equal(theirs[i]);
    });
    x.dispose();
  });

  it('are none by the numbers of rows that are looked up, listed or not', () => {
    const training = backend === 'wasm' ? enableWasmTraining() : undefined;
    const table = variableOf([1, 2, 3, 4], [2, 2]);
    const at = variableOf([1, 0, 1], [3]);
    const { core } = new SGD(1);
    const loss = () => tf.sum(tf.gather(table, tf.cast(at, 'int32')));
    expectError(() => core.minimize(loss, [at]), RangeError, 'ERR_ADAMAX_NO_GRADIENTS', /./);
    core.minimize(loss, [table, at]);
    expect(Array.from(table.dataSync())).to.deep.equal([0, 1, 1, 2]);
    expect(Array.from(at.dataSync())).to.deep.equal([1, 0, 1]);
    // Columns are no rows, so that the whole has a gradient, and that of the numbers is zeros.
    const columns = () => tf.sum(tf.gather(table, tf.cast(at, 'int32'), 1));
    const found = core.getGradients(columns, [table, at]).map((gradient) => Array.from(gradient as Float32Array));
    expect(found).to.deep.equal([
      [1, 2, 1, 2],
      [0, 0, 0],
    ]);
    tf.dispose([table, at]);
    training?.disable();
  });

  /** Losses of `x`, of 3 × 4 elements, and what the error says of them. */
  const refusals: Record<string, [() => unknown, RegExp]> = {};
  const refuse = (name: string, shape: number[], loss: (x: never) => unknown, message: RegExp) => {
    refusals[name] = [() => withVariable(shape, loss), message];
  };
  refuse('strided slices', [6], (x) => tf.stridedSlice(x, [0], [6], [2]), /received StridedSlice, of which/);
  refuse('topk', [6], (x) => tf.topk(x, 2).values, /received TopK/);
  refuse('gatherND', [3, 4], (x) => tf.gatherND(x, tf.tensor2d([[0, 1]], [1, 2], 'int32')), /received GatherNd/);
  refuse('cumprod', [4], (x) => tf.cumprod(x), /received Cumprod/);
  refuse('mirrorPad', [4], (x) => tf.mirrorPad(x, [[1, 1]], 'reflect'), /received mirrorPad/);
  refuse('half pixels', [1, 3, 3, 1], (x) => tf.image.resizeBilinear(x, [5, 5], false, true), /halfPixelCenters/);
  refuse('broadcast differences', [4], (x) => tf.squaredDifference(x, tf.ones([3, 4])), /tf.broadcastTo/);
  refuse('five dimensions', [1, 1, 1, 1, 2], (x) => tf.tile(x, [1, 1, 2, 1, 3]), /more than four dimensions/);
  const taps = (shape: number[]) => tf.ones(shape) as never;
  refuse(
    'dilated',
    [1, 5, 5, 1],
    (x) => tf.conv2d(x, taps([3, 3, 1, 1]), 1, 'same', 'NHWC', 2),
    /conv2D with a dilation/,
  );
  const fused = (x: never) =>
    tf.fused.conv2d({ x, filter: taps([3, 3, 1, 1]), strides: 1, pad: 'same', dilations: 2, activation: 'relu' });
  refuse('dilated, with an activation', [1, 5, 5, 1], fused, /received conv2D with a dilation/);
  const depthwise = (x: never) => tf.depthwiseConv2d(x, taps([3, 3, 1, 1]), 1, 'same', 'NHWC', 2);
  refuse('dilated depthwise', [1, 5, 5, 1], depthwise, /depthwiseConv2dNative with a dilation/);
  if (!('reshape' in tf.Tensor.prototype)) {
    refuse('products without chained operations', [3], (x) => tf.prod(x), /tensor.reshape\(\): @tensorflow\/tfjs has/);
  }
  if (backend === 'cpu' && (version === '4.10.0' || !('split' in tf.Tensor.prototype))) {
    const indices = () => tf.tensor2d([[0], [1]], [2, 1], 'int32');
    refuse('batches', [2, 3], (x) => tf.gather(x, indices(), 1, 1), /gather with batchDims, for which/);
  }
  const unequal = (x: never) => tf.maxPool3d(x, [1, 2, 1], 1, 'valid');
  if (backend === 'cpu')
    refuse('unequal windows', [1, 2, 2, 2, 1], unequal, /maxPool3d with windows of another height/);
  if (backend === 'cpu') refuse('einsum', [3, 4], (x) => tf.einsum('ij->i', x), /received Einsum/);
  if (backend === 'wasm') {
    refuse('conv3d', [1, 3, 3, 3, 1], (x) => tf.conv3d(x, taps([2, 2, 2, 1, 1]), 1, 'same'), /conv3d on wasm/);
    refuse(
      'max pooling',
      [1, 4, 4, 1],
      (x) => tf.maxPool(x, 2, 2, 'valid'),
      /maxPool on wasm, where TensorFlow.js loses/,
    );
    const byKernel = (w: never) => tf.conv2d(taps([1, 5, 5, 1]), w, 1, 'same');
    refuse('kernels', [3, 3, 1, 1], byKernel, /Conv2DBackpropFilter, which this backend lacks/);
  }

  for (const [name, [action, message]] of Object.entries(refusals)) {
    it(`are refused, with the reason, where TensorFlow.js has none or a wrong one: ${name}`, () => {
      const count = tf.memory().numTensors;
      expectError(action, TypeError, 'ERR_ADAMAX_TFJS', message);
      expect(tf.memory().numTensors).to.equal(count);
    });
  }
});

function withVariable(shape: number[], loss: (x: never) => unknown): void {
  const size = shape.reduce((product, length) => product * length, 1);
  const x = variableOf(pointFor(size), shape);
  const before = Array.from(x.dataSync());
  try {
    new Adamax().core.minimize(() => loss(x as never), [x]);
  } finally {
    expect(Array.from(x.dataSync())).to.deep.equal(before);
    x.dispose();
  }
}
