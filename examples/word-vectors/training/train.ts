import { Adamax, type SlotDtype } from 'adamax';
import { Report, type ReportOptions, type ReportState } from 'adamax/report';
import type { Checkpoints } from '../../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../../shared/cli/progress.js';
import { Random } from '../../shared/maths/random.js';
import { Curve, type CurveState, type LossPoint, Mean, type MeanState } from './curve.js';
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

/** How far a training is, right after a step. */
export type Position = {
  readonly epoch: number;
  /** Of the text, in all epochs so far. */
  readonly words: number;
  /** How many pairs of the epoch the steps so far have learned from, and the mean of their losses. */
  readonly pairs: number;
  readonly loss: MeanState;
  readonly curve: CurveState;
  readonly heldOutLoss: readonly LossPoint[];
  readonly report: ReportState;
};

/**
 * Trains word vectors, from where that was saved on; yields its status after each passage of the text, so that others
 * get a turn.
 * @param picture what the report of the training is called, and which file follows it
 */
export function* train(
  data: TrainingData,
  options: TrainingOptions,
  checkpoints: Checkpoints<Position>,
  picture: ReportOptions = {},
): Generator<TrainingStatus, TrainingResult> {
  const { epochs, dim, negative, seed, slots } = options;
  const { skipGrams, negatives } = data;
  const { vocabulary, training, trainingWords } = data.corpus;
  const optimizer = new Adamax({ slotDtype: slots });
  const vectors = new Random(seed, VECTORS);
  const model = new SkipGramModel(optimizer, vocabulary.size, dim, PAIRS_PER_STEP, 1 + negative, vectors);
  const saved = checkpoints.resumed(model);
  const report = new Report({ ...picture, state: saved?.report ?? null });
  const totalWords = trainingWords * epochs;
  const curve = new Curve(totalWords / CURVE_POINTS, saved?.curve);
  const heldOutLoss = [...(saved?.heldOutLoss ?? [{ epoch: 0, loss: data.heldOut.loss(model) }])];
  const targets = new Int32Array(1 + negative);
  let epochLoss = new Mean(saved?.loss);
  let stepLoss = new Mean();
  // Pairs of the epoch that were drawn, and those that steps have learned from.
  let pairs = 0;
  let learned = saved?.pairs ?? 0;
  let epoch = saved?.epoch ?? 1;
  // Of the text, thinned out or not: what word2vec.c counts.
  let words = (epoch - 1) * trainingWords;
  const status = (): TrainingStatus => {
    return { epoch, done: words, resumed: saved?.words ?? 0, total: totalWords, loss: epochLoss.value };
  };
  const step = (): void => {
    model.step(learningRate(words / totalWords), (record) => report.step(record, { loss: stepLoss.value }));
    stepLoss = new Mean();
    learned = pairs;
    checkpoints.stepped(model, () => {
      return { epoch, words, pairs, loss: epochLoss.state, curve: curve.state, heldOutLoss, report: report.state };
    });
  };

  for (; epoch <= epochs; epoch++) {
    const random = new Random(seed, FIRST_EPOCH + epoch);
    for (const passage of shuffled(training, random)) {
      skipGrams.forEachPair(passage, random, (centre, context) => {
        targets[0] = context;
        negatives.fill(targets, random);
        // Pairs that a killed training has learned from are drawn again, so that those after them are the same.
        if (++pairs <= learned) return;
        const loss = model.add(centre, targets);
        epochLoss.add(loss);
        stepLoss.add(loss);
        curve.add(loss);
        if (pairs - learned === PAIRS_PER_STEP) step();
      });
      words += passage.length;
      if (pairs < learned) continue;
      curve.advance(words, trainingWords);
      yield status();
    }
    if (pairs > learned) step();
    const heldOut = data.heldOut.loss(model);
    heldOutLoss.push({ epoch, loss: heldOut });
    report.step({ steps: Number(optimizer.iterations.data[0]) }, { 'held-out loss': heldOut });
    yield { ...status(), heldOut };
    [pairs, learned, epochLoss] = [0, 0, new Mean()];
  }
  report.end();
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
