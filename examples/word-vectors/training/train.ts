import { Adamax, type SlotDtype } from 'adamax';
import type { TrainingStatus } from '../../shared/cli/progress.js';
import { Random } from '../../shared/maths/random.js';
import { Curve, type LossPoint, Mean } from './curve.js';
import { SkipGramModel } from './model.js';
import type { TrainingData } from './training-data.js';

// Adamax moves each number by at most about the learning rate whatever the gradient's size, so gradients of a batch
// are summed, not averaged. Pairs and rate were chosen by held-out loss: at twice the rate the tables learn the
// training text by heart, at half of it they are not done in 15 epochs.
const PAIRS_PER_STEP = 512;
const LEARNING_RATE = 0.025;
const LAST_FRACTION = 0.01;

// A curve on a screen: finer than this nobody can see, and the file of a long training stays small.
const CURVE_POINTS = 600;

/** What a training is told. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly dim: number;
  readonly window: number;
  readonly negative: number;
  readonly seed: number;
  /** How the optimizer stores its moments. */
  readonly slots: SlotDtype;
}

/** What a training leaves behind. */
export interface TrainingResult {
  readonly vectors: Float32Array;
  readonly trainingLoss: readonly LossPoint[];
  /** From epoch 0, the untrained tables, to the last. */
  readonly heldOutLoss: readonly LossPoint[];
}

// Independent sequences of one seed.
const VECTORS = 1;
const FIRST_EPOCH = 1000;

/** Trains word vectors; yields its status after each passage of the text, so that others get a turn. */
export function* train(data: TrainingData, options: TrainingOptions): Generator<TrainingStatus, TrainingResult> {
  const { epochs, dim, negative, seed, slots } = options;
  const { skipGrams, negatives } = data;
  const { vocabulary, training, trainingWords } = data.corpus;
  const optimizer = new Adamax({ slotDtype: slots });
  const random = new Random(seed, VECTORS);
  const model = new SkipGramModel(optimizer, vocabulary.size, dim, PAIRS_PER_STEP, 1 + negative, random);
  const totalWords = trainingWords * epochs;
  const curve = new Curve(totalWords / CURVE_POINTS);
  const heldOutLoss: LossPoint[] = [{ epoch: 0, loss: data.heldOut.loss(model) }];
  const targets = new Int32Array(1 + negative);
  // Of the text, thinned out or not: what word2vec.c counts.
  let words = 0;
  let pending = 0;

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const random = new Random(seed, FIRST_EPOCH + epoch);
    const epochLoss = new Mean();
    for (const passage of shuffled(training, random)) {
      skipGrams.forEachPair(passage, random, (centre, context) => {
        targets[0] = context;
        negatives.fill(targets, random);
        const loss = model.add(centre, targets);
        epochLoss.add(loss);
        curve.add(loss);
        if (++pending === PAIRS_PER_STEP) {
          model.step(learningRate(words / totalWords));
          pending = 0;
        }
      });
      words += passage.length;
      curve.advance(words, trainingWords);
      yield { epoch, done: words, resumed: 0, total: totalWords, loss: epochLoss.value };
    }
    if (pending > 0) model.step(learningRate(words / totalWords));
    pending = 0;
    const heldOut = data.heldOut.loss(model);
    heldOutLoss.push({ epoch, loss: heldOut });
    yield { epoch, done: words, resumed: 0, total: totalWords, loss: epochLoss.value, heldOut };
  }
  return { vectors: model.input.data, trainingLoss: curve.points, heldOutLoss };
}

// Linear decay, as in word2vec.c: late steps average over what early ones explored.
function learningRate(done: number): number {
  return LEARNING_RATE * (1 - (1 - LAST_FRACTION) * done);
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
