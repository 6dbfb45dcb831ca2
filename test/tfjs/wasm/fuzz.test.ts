import type { Tensor } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { tf } from '../peer.js';
import { type RandomCall, randomCall } from './random-calls.js';
import { numbers, use } from './support.js';

/** `ADAMAX_FUZZ_TFJS=100000,7` makes so many calls, of seeds from 7. */
const [CALLS, FIRST = 0] = (process.env.ADAMAX_FUZZ_TFJS ?? '600').split(',').map(Number);
/** Of the greatest number, or of 1. Sums of some hundred products in float32, where the cpu backend sums in float64. */
const BOUND = 1e-5;

interface Outcome {
  readonly results?: { shape: number[]; dtype: string; values: ArrayLike<number> }[];
  readonly error?: Error & { code?: string };
}

/** What comes of a call, which must leave nothing behind. */
function outcomeOf({ run }: RandomCall): Outcome {
  const { numTensors, numDataBuffers } = tf.memory();
  let outcome: Outcome;
  try {
    const tensors: Tensor[] = [];
    tf.tidy(() => {
      tensors.push(...run());
      return tensors;
    });
    const results = tensors.map((tensor) => ({
      shape: tensor.shape,
      dtype: tensor.dtype,
      values: tensor.dataSync().slice(),
    }));
    tf.dispose(tensors);
    outcome = { results };
  } catch (error) {
    outcome = { error: error as Error };
  }
  const after = tf.memory();
  expect([after.numTensors, after.numDataBuffers], 'memory').to.deep.equal([numTensors, numDataBuffers]);
  return outcome;
}

/** Whether there is no number that could be compared: no place for a window, or a window without a pixel. */
function isMeaningless({ results }: Outcome): boolean {
  if (results === undefined) return true;
  const [y] = results;
  return y.shape.some((length) => length < 1) || !Array.from(y.values).every(Number.isFinite);
}

function compare(expected: Outcome, received: Outcome): void {
  if (expected.error !== undefined || received.error !== undefined) {
    if (isMeaningless(expected)) return;
    throw received.error ?? expected.error;
  }
  const results = received.results ?? [];
  expect(results).to.have.length(expected.results?.length as number);
  expected.results?.forEach(({ shape, dtype, values }, i) => {
    expect(results[i].shape).to.deep.equal(shape);
    expect(results[i].dtype).to.equal(dtype);
    let [scale, error] = [1, 0];
    for (let j = 0; j < values.length; j++) {
      scale = Math.max(scale, Math.abs(values[j]));
      const difference = Math.abs(values[j] - results[i].values[j]);
      error = Math.max(error, Number.isNaN(difference) ? Infinity : difference);
    }
    const text = `result ${i}: ${Array.from(results[i].values)} in place of ${Array.from(values)}`;
    expect(error / scale, text).to.be.at.most(BOUND);
  });
}

describe('Random calls on wasm', function () {
  this.timeout(0);

  it('give what they give on the cpu backend, or are refused, and leave other tensors as they are', async () => {
    const calls = Array.from({ length: CALLS }, (_, i) => randomCall(FIRST + i));
    await use('cpu');
    const expected = calls.map(outcomeOf);
    await use('wasm');
    const { enableWasmTraining } = createTfjs(tf);
    const training = enableWasmTraining();
    const findings: string[] = [];
    const others = Array.from({ length: 20 }, (_, i) => numbers([7 * i + 1], i));
    const before = others.map((other) => other.dataSync().slice());
    calls.forEach((call, i) => {
      try {
        compare(expected[i], outcomeOf(call));
        // Written over by what there was no room for.
        if (i % 50 === 0) expect(others.map((other) => other.dataSync())).to.deep.equal(before);
      } catch (error) {
        findings.push(`${call.name}: ${(error as Error).message.slice(0, 500)}`);
      }
    });
    tf.dispose(others);
    training.disable();
    expect(findings.length, findings.slice(0, 20).join('\n')).to.equal(0);
  });
});
