import type { Tensor } from '@tensorflow/tfjs-core';
import { createTfjs, type WasmTraining, type WasmTrainingOptions } from 'adamax/tfjs';
import { expect } from 'chai';
import { tf } from '../peer.js';

/** Numbers in [−1, 1), the same at each call: no two of a test are alike, and some are negative. */
export function numbers(shape: number[], seed = 1): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  let state = seed * 2654435761;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  return tf.tensor(Float32Array.from({ length: size }, next), shape, 'float32');
}

/**
 * Runs with the kernels on wasm, and takes them back. TensorFlow.js looks after each kernel whether it keeps memory.
 */
export async function onWasm<T>(run: () => T | Promise<T>, options?: WasmTrainingOptions): Promise<T> {
  await use('wasm');
  const training: WasmTraining = createTfjs(tf).enableWasmTraining(options);
  tf.env().set('IS_TEST', true);
  try {
    return await run();
  } finally {
    tf.env().set('IS_TEST', false);
    training.disable();
  }
}

export async function use(backend: string): Promise<void> {
  await tf.setBackend(backend);
  await tf.ready();
}

interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: Float32Array;
}

/** @throws AssertionError where `f` leaves a tensor or memory behind */
function resultsOf(f: () => Tensor | Tensor[]): Result[] {
  const { numTensors, numDataBuffers } = tf.memory();
  const tensors = [tf.tidy(f)].flat();
  const results = tensors.map((tensor) => {
    const { shape, dtype } = tensor;
    return { shape, dtype, values: Float32Array.from(tensor.dataSync()) };
  });
  tf.dispose(tensors);
  const after = tf.memory();
  expect([after.numTensors, after.numDataBuffers]).to.deep.equal([numTensors, numDataBuffers]);
  return results;
}

/**
 * Compares what `f` gives on the cpu backend, and on wasm with the kernels.
 * @param bound for the greatest difference, in parts of the greatest number
 */
export async function expectParity(f: () => Tensor | Tensor[], bound: number): Promise<void> {
  await use('cpu');
  const expected = resultsOf(f);
  const received = await onWasm(() => resultsOf(f));
  for (const [i, { shape, dtype, values }] of expected.entries()) {
    expect(received[i].shape).to.deep.equal(shape);
    expect(received[i].dtype).to.equal(dtype);
    const scale = values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
    const error = values.reduce((most, value, j) => Math.max(most, Math.abs(value - received[i].values[j])), 0);
    expect(error / (scale || 1)).to.be.at.most(bound);
  }
}
