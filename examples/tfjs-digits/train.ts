import type { Checkpoints } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { type Digits, first, PIXELS } from '../shared/digits/mnist.js';
import { tf } from '../shared/tfjs/tf.js';
import { type Look, type Position, type TrainingOptions, train, useWasm } from '../shared/tfjs/train.js';
import { network } from './network.js';
import { accuracyOf, imagesOf, type Reading, read } from './reading.js';

// For the curve, so many of the held-out digits are read after so many steps.
const LOOK_EVERY = 50;
const LOOKED_AT = 1000;

/** What comes of a training. */
export interface Result {
  readonly looks: readonly Look[];
  /** How the held-out digits are read in the end. */
  readonly readings: readonly Reading[];
}

/**
 * Trains a network to read digits; yields its status after each step.
 * @returns what it has come to
 */
export async function* trainToRead(
  training: Digits,
  heldOut: Digits,
  options: TrainingOptions,
  checkpoints: Checkpoints<Position>,
): AsyncGenerator<TrainingStatus, Result> {
  await useWasm();
  const model = network(options.seed);
  let readings: readonly Reading[] = [];
  const lesson = {
    model,
    examples: training.labels.length,
    batch: 64,
    learningRate: 0.01,
    batchOf: (examples: Uint32Array) => batchOf(training, examples),
    heldOut() {
      readings = read(model, heldOut);
      return accuracyOf(readings);
    },
    look: { every: LOOK_EVERY, accuracy: () => accuracyOf(read(model, first(LOOKED_AT, heldOut))) },
  };
  const looks = yield* train(lesson, options, checkpoints);
  return { looks, readings };
}

function batchOf({ images, labels }: Digits, examples: Uint32Array) {
  const pixels = new Uint8Array(examples.length * PIXELS);
  for (const [i, example] of examples.entries()) {
    pixels.set(images.subarray(example * PIXELS, (example + 1) * PIXELS), i * PIXELS);
  }
  return { x: imagesOf(pixels), y: tf.tensor1d(Float32Array.from(examples, (example) => labels[example])) };
}
