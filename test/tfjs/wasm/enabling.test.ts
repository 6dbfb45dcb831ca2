import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { createTfjs, type Tfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../../support/errors.js';
import { runModule } from '../../support/process.js';
import { tf } from '../peer.js';
import { numbers, use } from './support.js';

const ADDED = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'UnsortedSegmentSum',
];
const REPLACED = [
  'AvgPool',
  'BatchMatMul',
  'Conv2D',
  'Conv2DBackpropInput',
  'Conv3DBackpropFilterV2',
  'Conv3DBackpropInputV2',
  'DepthwiseConv2dNative',
  'FusedConv2D',
  'FusedDepthwiseConv2D',
  'Identity',
  'MaxPool',
  'MaxPool3D',
  'MaxPool3DGrad',
  'MaxPoolGrad',
  'Sum',
];

/** All kernels there are, with the very objects that were registered. */
function kernels(backend: string): Map<string, KernelConfig> {
  return new Map(tf.getKernelsForBackend(backend).map((config) => [config.kernelName, config]));
}

/** Whether `f` fails for a kernel that is not there. */
const isMissing = (f: () => unknown) => {
  try {
    f();
    return false;
  } catch (error) {
    return /Kernel '\w+' not registered for backend 'wasm'/.test((error as Error).message);
  }
};
const segmentSum = () => tf.tidy(() => tf.unsortedSegmentSum(numbers([2, 3]), tf.tensor1d([0, 1], 'int32'), 2));

const { enableWasmTraining } = createTfjs(tf);

describe('enableWasmTraining', () => {
  beforeEach(() => use('wasm'));

  it('says what it has added and replaced, and is undone to the very kernels that were there', () => {
    const before = kernels('wasm');
    const training = enableWasmTraining();
    expect(training.added).to.deep.equal(ADDED);
    expect(training.replaced).to.deep.equal(REPLACED);
    expect(training.kept).to.deep.equal([]);
    expect(kernels('wasm')).to.have.property('size', before.size + ADDED.length);
    training.disable();
    const after = kernels('wasm');
    expect([...after.keys()].sort()).to.deep.equal([...before.keys()].sort());
    for (const [name, config] of before) expect(after.get(name)).to.equal(config);
    expect(isMissing(segmentSum)).to.equal(true);
  });

  it('leaves other backends as they are', () => {
    const before = kernels('cpu');
    const training = enableWasmTraining();
    expect(kernels('cpu')).to.deep.equal(before);
    training.disable();
  });

  it('finds nothing to do at a second call, and is undone by the first', () => {
    const first = enableWasmTraining();
    const second = enableWasmTraining();
    expect([second.added, second.replaced, second.kept]).to.deep.equal([[], [], []]);
    second.disable();
    segmentSum().dispose();
    first.disable();
    first.disable();
    expect(isMissing(segmentSum)).to.equal(true);
  });

  it('leaves out what is to be skipped, and lets a second call add it', () => {
    const first = enableWasmTraining({ skip: ['UnsortedSegmentSum', 'Identity'] });
    expect(isMissing(segmentSum)).to.equal(true);
    const second = enableWasmTraining();
    expect([second.added, second.replaced]).to.deep.equal([['UnsortedSegmentSum'], ['Identity']]);
    first.disable();
    segmentSum().dispose();
    second.disable();
  });

  it('keeps a kernel that TensorFlow.js brings some day, unless it is told to replace it', () => {
    const theirs: KernelConfig = {
      kernelName: 'UnsortedSegmentSum',
      backendName: 'wasm',
      kernelFunc: ({ inputs }) => inputs.x as TensorInfo,
    };
    tf.registerKernel(theirs);
    const careful = enableWasmTraining();
    expect(careful.kept).to.deep.equal(['UnsortedSegmentSum']);
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).to.equal(theirs);
    careful.disable();
    const bold = enableWasmTraining({ replace: ['UnsortedSegmentSum'] });
    expect(bold.replaced).to.deep.equal(['UnsortedSegmentSum']);
    expect(bold.kept).to.deep.equal(REPLACED);
    bold.disable();
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).to.equal(theirs);
    tf.unregisterKernel('UnsortedSegmentSum', 'wasm');
  });

  it('leaves a kernel alone that somebody has put in place of one of these since', () => {
    const training = enableWasmTraining();
    const before = tf.getKernel('UnsortedSegmentSum', 'wasm');
    tf.unregisterKernel('UnsortedSegmentSum', 'wasm');
    tf.registerKernel({ ...before });
    const theirs = tf.getKernel('UnsortedSegmentSum', 'wasm');
    training.disable();
    expect(tf.getKernel('UnsortedSegmentSum', 'wasm')).to.equal(theirs);
    tf.unregisterKernel('UnsortedSegmentSum', 'wasm');
  });

  it('prints nothing', () => {
    const { warn } = console;
    const lines: unknown[] = [];
    console.warn = (...line) => lines.push(line);
    try {
      enableWasmTraining().disable();
    } finally {
      console.warn = warn;
    }
    expect(lines).to.deep.equal([]);
  });

  it('refuses options that nobody knows, names of no kernel, and a TensorFlow.js without the backend', () => {
    const call = enableWasmTraining as (options: unknown) => unknown;
    expectError(() => call({ skips: [] }), TypeError, 'ERR_ADAMAX_OPTION', /options must only have.*received 'skips'/);
    expectError(() => call({ skip: ['Conv1D'] }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /options.skip must be one of/);
    expectError(() => call({ replace: ['identity'] }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /received 'identity'/);
    const bare = createTfjs({ ...tf, getKernel: () => undefined } as unknown as Tfjs);
    expectError(() => bare.enableWasmTraining(), TypeError, 'ERR_ADAMAX_TFJS', /^tf must have its wasm backend/);
  });

  it('works before the backend has started, and after it has started anew', function () {
    this.timeout(60_000);
    if (process.env.ADAMAX_TEST_TFJS !== undefined) this.skip();
    const { stdout, stderr } = runModule(`
      import { createRequire } from 'node:module';
      const require = createRequire(process.cwd() + '/package.json');
      require('@tensorflow/tfjs-backend-wasm');
      const tf = { ...require('@tensorflow/tfjs-core'), ...require('@tensorflow/tfjs-layers') };
      const { createTfjs } = require('adamax/tfjs');
      const { enableWasmTraining } = createTfjs(tf);
      const training = enableWasmTraining();
      const gradient = async () => {
        await tf.setBackend('wasm');
        const y = (w) => tf.reshape(tf.conv2d(tf.ones([1, 4, 4, 1]), w, 1, 'valid'), [2, 2]);
        const loss = (w) => tf.sum(tf.matMul(y(w), tf.ones([2, 2]), false, true));
        return [...tf.grad(loss)(tf.ones([3, 3, 1, 1])).dataSync()].join();
      };
      console.log(await gradient());
      const { factory } = tf.engine().registryFactory.wasm;
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory);
      console.log(await gradient());
      training.disable();
      console.log(await gradient().catch((error) => error.message.includes('not registered')));
    `);
    const nines = Array(9).fill(8).join();
    expect(stdout.split('\n').slice(-4), stderr).to.deep.equal([nines, nines, 'true', '']);
  });
});
