import { Adamax, schedules } from 'adamax';
import { Random } from '../shared/maths/random.js';
import { CLASSES, type Digits, PIXELS } from './data.js';
import { Network } from './network.js';

const HIDDEN = 64;
const BATCH = 50;
const LEARNING_RATE = 0.01;
const CLIPNORM = 1;

// Independent sequences of one seed.
const WEIGHTS = 1;
const FIRST_EPOCH = 1000;

/** Where a training stands after an epoch. */
export interface Epoch {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** Fraction of the held-out digits that are told right. */
  readonly accuracy: number;
}

/** Trains a network; yields how it does after each epoch. */
export function* train(training: Digits, heldOut: Digits, epochs: number, seed: number): Generator<Epoch, Network> {
  const network = new Network(PIXELS, HIDDEN, CLASSES, new Random(seed, WEIGHTS));
  const examples = training.labels.length;
  const decaySteps = epochs * Math.ceil(examples / BATCH);
  const optimizer = new Adamax({
    learningRate: new schedules.CosineDecay({ initialLearningRate: LEARNING_RATE, decaySteps }),
    clipnorm: CLIPNORM,
  });
  const { variables, gradients } = network;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = shuffled(examples, new Random(seed, FIRST_EPOCH + epoch));
    let loss = 0;
    for (let first = 0; first < examples; first += BATCH) {
      const batch = order.subarray(first, first + BATCH);
      for (const gradient of gradients) gradient.fill(0);
      for (const i of batch) loss += network.add(imageOf(training, i), training.labels[i], batch.length);
      optimizer.applyGradients(variables.map((variable, i) => [gradients[i], variable]));
    }
    yield { epoch, loss: loss / examples, accuracy: accuracy(network, heldOut) };
  }
  return network;
}

/** The fraction of digits that a network tells right. */
export function accuracy(network: Network, data: Digits): number {
  const right = data.labels.filter((label, i) => network.classify(imageOf(data, i)) === label);
  return right.length / data.labels.length;
}

function imageOf({ images }: Digits, i: number): Float32Array {
  return images.subarray(i * PIXELS, (i + 1) * PIXELS);
}

function shuffled(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
