import { Adamax, schedules } from 'adamax';
import { fingerprint } from 'adamax/checkpoint';
import type { Strategy } from 'adamax/distribute';
import type { Checkpoints } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { imagesOf, toldRight } from '../shared/digits/images.js';
import { CLASSES, type Digits, PIXELS } from '../shared/digits/mnist.js';
import { Network } from '../shared/digits/network.js';
import { addInPairs } from '../shared/maths/pairwise.js';
import { Random, shuffled } from '../shared/maths/random.js';
import { PARTS } from './parts.js';

/** Wide enough for the first layer to have more than 65,536 weights: state of less is not sharded. */
const HIDDEN = 128;
const BATCH = 64;
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
  /** Of the held-out digits, the fraction that was told right after the last epoch that is over. */
  readonly accuracy: number;
};

/** What has come of a training. */
export interface Trained {
  readonly accuracy: number;
  /** Of all weights, moments and counts, to the bit. */
  readonly fingerprint: string;
}

const BEGINNING: Position = { epoch: 1, done: 0, loss: 0, accuracy: 0 };

/** How many steps a training takes. */
export function stepsOf(digits: number, epochs: number): number {
  return epochs * Math.ceil(digits / BATCH);
}

/**
 * Trains a network as one of the replicas of a strategy, each of which runs this, from where it was saved on; yields its
 * status after each step.
 */
export function* train(
  strategy: Strategy,
  training: Digits,
  heldOut: Digits,
  { epochs, seed }: TrainingOptions,
  checkpoints: Checkpoints<Position>,
): Generator<TrainingStatus, Trained> {
  const { replicaIdInSyncGroup: rank, numReplicasInSync: replicas } = strategy;
  // The same seed in every replica gives all of them the same weights.
  const network = new Network(PIXELS, HIDDEN, CLASSES, new Random(seed, WEIGHTS));
  const { variables } = network;
  const image = imagesOf(training.images);
  const examples = training.labels.length;
  const decaySteps = stepsOf(examples, epochs);
  // Made within the scope, it sums the gradients of all replicas before each step, and then clips.
  const optimizer = strategy.scope(
    () =>
      new Adamax({
        learningRate: new schedules.CosineDecay({ initialLearningRate: LEARNING_RATE, decaySteps }),
        clipnorm: CLIPNORM,
      }),
  );
  const model = { optimizer, variables };
  let { epoch, done, loss, accuracy } = checkpoints.resumed(model) ?? BEGINNING;
  const resumed = (epoch - 1) * examples + done;
  const status = (): TrainingStatus => {
    return { epoch, done: (epoch - 1) * examples + done, resumed, total: epochs * examples, loss: loss / done };
  };

  // Replica 0 of 2 has parts 0 and 1 of each batch, replica 1 has 2 and 3.
  const own = PARTS / replicas;
  const gradients = Array.from({ length: own }, () => network.zeros());
  /** Fills in the gradients of this replica's parts of a batch; returns their losses, 0 for those of others. */
  const differentiate = (batch: Uint32Array): number[] => {
    const losses = new Array<number>(PARTS).fill(0);
    gradients.forEach((to, i) => {
      const part = rank * own + i;
      for (const gradient of to) gradient.fill(0);
      const [begin, end] = [part, part + 1].map((border) => Math.floor((border * batch.length) / PARTS));
      for (const k of batch.subarray(begin, end)) {
        // Gradients of replicas are summed: each is of a loss that was divided by the whole batch.
        losses[part] += network.add(image(k), training.labels[k], batch.length, to);
      }
    });
    return losses;
  };

  for (; epoch <= epochs; epoch++) {
    const order = shuffled(examples, new Random(seed, FIRST_EPOCH + epoch));
    while (done < examples) {
      const batch = order.subarray(done, done + BATCH);
      const losses = differentiate(batch);
      addInPairs(gradients);
      optimizer.applyGradients(variables.map((variable, i) => [gradients[0][i], variable]));
      for (const ofPart of strategy.reduce('sum', losses)) loss += ofPart;
      done += batch.length;
      checkpoints.stepped(model, { epoch, done, loss, accuracy });
      yield status();
    }
    accuracy = rightOfAll(strategy, network, heldOut);
    yield { ...status(), heldOut: accuracy };
    [done, loss] = [0, 0];
  }
  return { accuracy, fingerprint: fingerprint(model) };
}

/** The fraction of digits that a network tells right; each replica looks at its share of them. */
function rightOfAll(strategy: Strategy, network: Network, digits: Digits): number {
  const { replicaIdInSyncGroup: rank, numReplicasInSync: replicas } = strategy;
  const count = digits.labels.length;
  const [begin, end] = [rank, rank + 1].map((border) => Math.floor((border * count) / replicas));
  return strategy.reduce('sum', toldRight(network, digits, begin, end)) / count;
}
