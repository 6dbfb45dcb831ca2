import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Checkpoints } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { tf } from '../shared/tfjs/tf.js';
import { type Position, type TrainingOptions, train, useWasm } from '../shared/tfjs/train.js';
import { FEATURES, featuresOf } from './features.js';
import { modelOf } from './model.js';
import type { Book, Passage } from './passages.js';

/** How large the table is. */
export interface TableOptions {
  readonly rows: number;
  readonly dim: number;
}

/** Where a model takes a passage to be from. */
export interface Guess extends Passage {
  readonly guess: number;
  /** The probability that the model gives to its guess. */
  readonly confidence: number;
}

/**
 * Trains a model to tell the chapter that a passage is from; yields its status after each step.
 * @returns what it takes the passages to be that were kept from training
 */
export async function* trainToTell(
  { titles, training, heldOut }: Book,
  options: TrainingOptions & TableOptions,
  checkpoints: Checkpoints<Position>,
): AsyncGenerator<TrainingStatus, readonly Guess[]> {
  await useWasm();
  const { rows, dim } = options;
  const model = modelOf(rows, dim, titles.length, options);
  const features = training.map((passage) => featuresOf(passage, rows));
  const questions = tf.keep(inputsOf(heldOut.map((passage) => featuresOf(passage, rows))));
  let guesses: readonly Guess[] = [];
  const lesson = {
    model,
    examples: training.length,
    batch: 32,
    learningRate: 0.1,
    batchOf: (examples: Uint32Array) => ({
      x: inputsOf(Array.from(examples, (example) => features[example])),
      y: tf.tensor1d(Float32Array.from(examples, (example) => training[example].chapter)),
    }),
    heldOut() {
      guesses = guessesOf(model, questions, heldOut);
      return guesses.filter(({ chapter, guess }) => chapter === guess).length / guesses.length;
    },
  };
  yield* train(lesson, options, checkpoints);
  questions.dispose();
  return guesses;
}

function inputsOf(features: readonly Int32Array[]): Tensor {
  const ids = new Int32Array(features.length * FEATURES);
  for (const [i, row] of features.entries()) ids.set(row, i * FEATURES);
  return tf.tensor2d(ids, [features.length, FEATURES], 'int32');
}

function guessesOf(model: LayersModel, questions: Tensor, passages: readonly Passage[]): Guess[] {
  const scores = tf.tidy(() => (model.predict(questions) as Tensor).dataSync());
  const chapters = scores.length / passages.length;
  return passages.map((passage, i) => {
    const own = scores.subarray(i * chapters, (i + 1) * chapters);
    const confidence = Math.max(...own);
    return { ...passage, guess: own.indexOf(confidence), confidence };
  });
}
