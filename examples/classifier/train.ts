import { Adamax, schedules } from 'adamax';
import { Report, type ReportOptions, type ReportState } from 'adamax/report';
import type { Checkpoints } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { imagesOf, toldRight } from '../shared/digits/images.js';
import { CLASSES, type Digits, PIXELS } from '../shared/digits/mnist.js';
import { Network } from '../shared/digits/network.js';
import { Random, shuffled } from '../shared/maths/random.js';

const HIDDEN = 64;
const BATCH = 50;
const LEARNING_RATE = 0.02;
const CLIPNORM = 1;

// Independent sequences of one seed.
const WEIGHTS = 1;
const FIRST_EPOCH = 1000;

/** What a training is told. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly seed: number;
}

/** How far a training is. */
export type Position = {
  readonly epoch: number;
  /** Examples of the epoch that are done, and the sum of their losses. */
  readonly done: number;
  readonly loss: number;
  /** After each epoch before, the fraction of the held-out digits that was told right. */
  readonly accuracies: readonly number[];
  /** Null in the beginning. */
  readonly report: ReportState | null;
};

const BEGINNING: Position = { epoch: 1, done: 0, loss: 0, accuracies: [], report: null };

/**
 * Trains a network, from where it was saved on; yields its status after each step, so that others get a turn.
 * @param picture what the report of the training is called, and which file follows it
 * @returns after each epoch, the fraction of the held-out digits that was told right
 */
export function* train(
  training: Digits,
  heldOut: Digits,
  { epochs, seed }: TrainingOptions,
  checkpoints: Checkpoints<Position>,
  picture: ReportOptions = {},
): Generator<TrainingStatus, readonly number[]> {
  const network = new Network(PIXELS, HIDDEN, CLASSES, new Random(seed, WEIGHTS));
  const { variables, gradients } = network;
  const image = imagesOf(training.images);
  const examples = training.labels.length;
  const decaySteps = epochs * Math.ceil(examples / BATCH);
  const optimizer = new Adamax({
    learningRate: new schedules.CosineDecay({ initialLearningRate: LEARNING_RATE, decaySteps }),
    clipnorm: CLIPNORM,
  });
  const model = { optimizer, variables };
  const beginning = checkpoints.resumed(model) ?? BEGINNING;
  let { epoch, done, loss, accuracies } = beginning;
  const report = new Report({ ...picture, state: beginning.report ?? null });
  const resumed = (epoch - 1) * examples + done;
  const status = (): TrainingStatus => {
    return { epoch, done: (epoch - 1) * examples + done, resumed, total: epochs * examples, loss: loss / done };
  };
  for (; epoch <= epochs; epoch++) {
    const order = shuffled(examples, new Random(seed, FIRST_EPOCH + epoch));
    while (done < examples) {
      const batch = order.subarray(done, done + BATCH);
      for (const gradient of gradients) gradient.fill(0);
      const before = loss;
      for (const i of batch) loss += network.add(image(i), training.labels[i], batch.length);
      optimizer.applyGradients(variables.map((variable, i) => [gradients[i], variable]));
      report.step(optimizer.lastStep, { loss: (loss - before) / batch.length });
      done += batch.length;
      checkpoints.stepped(model, () => ({ epoch, done, loss, accuracies, report: report.state }));
      yield status();
    }
    const right = toldRight(network, heldOut) / heldOut.labels.length;
    accuracies = [...accuracies, right];
    report.step({ steps: Number(optimizer.iterations.data[0]) }, { 'held-out accuracy': right });
    yield { ...status(), heldOut: right };
    [done, loss] = [0, 0];
  }
  report.end();
  return accuracies;
}
