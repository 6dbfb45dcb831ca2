import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { schedules } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import type { Checkpoints } from '../cli/checkpoints.js';
import type { TrainingStatus } from '../cli/progress.js';
import { Random, shuffled } from '../maths/random.js';
import { tf } from './tf.js';

const CLIPNORM = 5;

/** What a training is told. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
  /** Whose optimizer steps: that of this package, or `tf.train.adamax`. */
  readonly optimizer: 'adamax' | 'tf';
}

/** A model and what it is to learn: to tell classes of examples, which go by their numbers. */
export interface Lesson {
  readonly model: LayersModel;
  readonly examples: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Some examples, as the model takes them, and the class of each. */
  batchOf(examples: Uint32Array): { x: Tensor; y: Tensor };
  /** After an epoch: the fraction of what was kept from training that the model tells right. */
  heldOut(): number;
  /** The same of a part of it, before the first step and after every so many of them. */
  readonly look?: { readonly every: number; accuracy(): number };
}

/** After so many examples, the accuracy at a look. */
export type Look = readonly [done: number, accuracy: number];

/** How far a training is. */
export type Position = {
  readonly epoch: number;
  /** Examples of the epoch that are done, and the sum of their losses. */
  readonly done: number;
  readonly loss: number;
  readonly looks: readonly Look[];
};

/**
 * Trains a model of TensorFlow.js, from where it was saved on; yields its status after each step. The rate of our
 * Adamax falls along a cosine, and its gradients are clipped by their norm; `tf.train.adamax` can do neither.
 * @returns all looks
 */
export async function* train(
  { model, examples, batch, learningRate, batchOf, heldOut, look }: Lesson,
  { epochs, seed, optimizer }: TrainingOptions,
  checkpoints: Checkpoints<Position>,
): AsyncGenerator<TrainingStatus, readonly Look[]> {
  const { Adamax, variablesOf, commit } = createTfjs(tf);
  const decaySteps = epochs * Math.ceil(examples / batch);
  const falling = new schedules.CosineDecay({ initialLearningRate: learningRate, decaySteps });
  const ours = optimizer === 'tf' ? undefined : new Adamax({ learningRate: falling, clipnorm: CLIPNORM });
  model.compile({ optimizer: ours ?? tf.train.adamax(learningRate), loss: 'sparseCategoricalCrossentropy' });

  let { epoch, done, loss, looks }: Position = { epoch: 1, done: 0, loss: 0, looks: [] };
  const state = ours && {
    optimizer: ours.core,
    get variables() {
      return variablesOf(model);
    },
  };
  if (state !== undefined) {
    const { optimizer, variables } = state;
    const position = checkpoints.resumed({ optimizer, variables });
    if (position !== undefined) ({ epoch, done, loss, looks } = position);
    commit(variables);
  }
  const resumed = (epoch - 1) * examples + done;
  const status = (): TrainingStatus => {
    return { epoch, done: (epoch - 1) * examples + done, resumed, total: epochs * examples, loss: loss / done };
  };

  if (look !== undefined && looks.length === 0) looks = [[0, look.accuracy()]];
  for (; epoch <= epochs; epoch++) {
    const order = shuffled(examples, new Random(seed, epoch));
    while (done < examples) {
      const picked = order.subarray(done, done + batch);
      const { x, y } = batchOf(picked);
      loss += ((await model.trainOnBatch(x, y)) as number) * picked.length;
      tf.dispose([x, y]);
      done += picked.length;
      const steps = Math.ceil(status().done / batch);
      if (look !== undefined && steps % look.every === 0) looks = [...looks, [status().done, look.accuracy()]];
      if (state !== undefined) checkpoints.stepped(state, { epoch, done, loss, looks });
      yield status();
    }
    yield { ...status(), heldOut: heldOut() };
    [done, loss] = [0, 0];
  }
  return looks;
}

/** Starts the backend that trains fastest in plain Node, with the kernels that it lacks. */
export async function useWasm(): Promise<void> {
  createTfjs(tf).enableWasmTraining();
  await tf.setBackend('wasm');
}
