import type { LayersModel } from '@tensorflow/tfjs-layers';
import { schedules } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import type { Checkpoints } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { type Digits, first, PIXELS } from '../shared/digits/mnist.js';
import { Random, shuffled } from '../shared/maths/random.js';
import { tf } from '../shared/tfjs/tf.js';
import { network } from './network.js';
import { accuracyOf, imagesOf, type Reading, read } from './reading.js';

const BATCH = 64;
const LEARNING_RATE = 0.01;
const CLIPNORM = 5;
// For the curve, so many of the held-out digits are read after so many steps.
const LOOK_EVERY = 50;
const LOOKED_AT = 1000;

/** What a training is told. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
  /** Whose optimizer steps: that of this package, or `tf.train.adamax`. */
  readonly optimizer: 'adamax' | 'tf';
}

/** Of the digits that were looked at after so many had been trained on, the fraction that was read right. */
export type Look = readonly [done: number, accuracy: number];

/** How far a training is. */
export type Position = {
  readonly epoch: number;
  /** Digits of the epoch that are done, and the sum of their losses. */
  readonly done: number;
  readonly loss: number;
  readonly looks: readonly Look[];
};

/** What comes of a training. */
export interface Result {
  readonly looks: readonly Look[];
  /** How the held-out digits are read in the end. */
  readonly readings: readonly Reading[];
}

/**
 * Trains a network, from where it was saved on; yields its status after each step.
 * @returns what it has come to
 */
export async function* train(
  training: Digits,
  heldOut: Digits,
  { epochs, seed, optimizer: kind }: TrainingOptions,
  checkpoints: Checkpoints<Position>,
): AsyncGenerator<TrainingStatus, Result> {
  const { Adamax, enableWasmTraining, variablesOf, commit } = createTfjs(tf);
  enableWasmTraining();
  await tf.setBackend('wasm');

  const examples = training.labels.length;
  const model = network(seed);
  const decaySteps = epochs * Math.ceil(examples / BATCH);
  const learningRate = new schedules.CosineDecay({ initialLearningRate: LEARNING_RATE, decaySteps });
  const ours = kind === 'tf' ? undefined : new Adamax({ learningRate, clipnorm: CLIPNORM });
  const state = ours && {
    optimizer: ours.core,
    get variables() {
      return variablesOf(model);
    },
  };
  model.compile({ optimizer: ours ?? tf.train.adamax(LEARNING_RATE), loss: 'sparseCategoricalCrossentropy' });

  let { epoch, done, loss, looks }: Position = { epoch: 1, done: 0, loss: 0, looks: [] };
  if (ours !== undefined) {
    const variables = variablesOf(model);
    const position = checkpoints.resumed({ optimizer: ours.core, variables });
    if (position !== undefined) ({ epoch, done, loss, looks } = position);
    commit(variables);
  }
  const look = (): Look => [status().done, accuracyOf(read(model, first(LOOKED_AT, heldOut)))];
  const resumed = (epoch - 1) * examples + done;
  const status = (): TrainingStatus => {
    return { epoch, done: (epoch - 1) * examples + done, resumed, total: epochs * examples, loss: loss / done };
  };

  if (looks.length === 0) looks = [look()];
  let readings: Reading[] = [];
  for (; epoch <= epochs; epoch++) {
    const order = shuffled(examples, new Random(seed, epoch));
    while (done < examples) {
      const batch = picked(training, order.subarray(done, done + BATCH));
      loss += (await stepOn(model, batch)) * batch.labels.length;
      done += batch.labels.length;
      if (Math.ceil(status().done / BATCH) % LOOK_EVERY === 0) looks = [...looks, look()];
      if (state !== undefined) checkpoints.stepped(state, { epoch, done, loss, looks });
      yield status();
    }
    readings = read(model, heldOut);
    yield { ...status(), heldOut: accuracyOf(readings) };
    [done, loss] = [0, 0];
  }
  return { looks, readings };
}

/** A step of `model.fit`. @returns the mean loss of the batch */
async function stepOn(model: LayersModel, { images, labels }: Digits): Promise<number> {
  const [x, y] = [imagesOf(images), tf.tensor1d(Float32Array.from(labels))];
  const loss = (await model.trainOnBatch(x, y)) as number;
  tf.dispose([x, y]);
  return loss;
}

function picked({ images, labels }: Digits, indices: Uint32Array): Digits {
  const pixels = new Uint8Array(indices.length * PIXELS);
  for (const [i, index] of indices.entries()) {
    pixels.set(images.subarray(index * PIXELS, (index + 1) * PIXELS), i * PIXELS);
  }
  return { images: pixels, labels: Uint8Array.from(indices, (index) => labels[index]) };
}
