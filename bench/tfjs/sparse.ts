/** A whole training step of a model that begins with a look-up in a large table, on the wasm backend. */
import type { Scalar, Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { Variable } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import { formatRatio, formatTime } from '../format.js';
import { type GroupReport, type Ratio, resultsOf, type Session } from '../group.js';
import { type Contestant, type Effort, type Outcome, race } from '../measure.js';
import { startBackends, tf, use } from './peer.js';

const GROUP = 'tfjs';
const [WIDTH, SENTENCES, WORDS, CLASSES] = [64, 16, 32, 10];
const BATCHES = 8;
const STOCK = 'tf.gather, tf.train.adamax';
const CAPTURED = 'tf.gather, Adamax';
const LOOK_UP = 'embeddingLookup, Adamax';
const [SMALL, LARGE] = [10_000, 1_000_000];

export async function measure({ effort, progress, quick }: Session): Promise<GroupReport> {
  await startBackends();
  use('wasm');
  // Without it the backend has no gradient of tf.gather at all.
  const training = createTfjs(tf).enableWasmTraining();
  const few: Effort = { ...effort, warmup: 0, batch: 20e6, minRounds: quick ? 3 : 7, maxRounds: quick ? 3 : 15 };
  progress('a table of a million rows, of which tf.train.adamax steps each');
  const large = run(
    [STOCK, CAPTURED, LOOK_UP].map((name) => contestant(name, LARGE)),
    few,
  );
  progress('tables of two sizes');
  const sizes = run(
    [SMALL, LARGE].map((rows) => ({ ...contestant(LOOK_UP, rows), name: nameOf(rows) })),
    { ...few, minRounds: 15, maxRounds: 31 },
  );
  training.disable();
  const name = `${nameOf(LARGE)} of ${WIDTH}, ${SENTENCES * WORDS} looked up`;
  const growth = sizes.ratio(nameOf(LARGE), nameOf(SMALL));
  return {
    title: 'a whole step with a table',
    notes: [`Mean of ${WORDS} rows, dense layer of ${CLASSES}, softmax cross entropy; ${BATCHES} batches in turn.`],
    tables: [tableOf(name, large, STOCK), tableOf('embeddingLookup', sizes, nameOf(LARGE))],
    results: [...resultsOf(GROUP, name, large), ...resultsOf(GROUP, 'embeddingLookup', sizes)],
    ratios: [
      ...[CAPTURED, LOOK_UP].map((fast): Ratio => {
        return { group: GROUP, case: name, name: `${STOCK} ÷ ${fast}`, value: large.ratio(STOCK, fast) };
      }),
      { group: GROUP, case: 'embeddingLookup', name: `${nameOf(LARGE)} ÷ ${nameOf(SMALL)}`, value: growth },
    ],
    targets: [
      {
        what: `${name}: ${STOCK} ÷ ${LOOK_UP}`,
        measured: large.ratio(STOCK, LOOK_UP).median,
        bound: 300,
        sense: 'at least',
        unit: '×',
      },
      {
        what: `embeddingLookup: ${nameOf(LARGE)} ÷ ${nameOf(SMALL)}`,
        measured: growth.median,
        bound: 2,
        sense: 'at most',
        unit: '×',
        remark: 'what is more is caches and pages of the processor, which a small table fits into',
      },
    ],
  };
}

function run(contestants: readonly Contestant[], effort: Effort): Outcome {
  return race(contestants, effort);
}

const nameOf = (rows: number) => `${rows.toLocaleString('en')} rows`;

function contestant(name: string, rows: number): Contestant {
  const batches = Array.from({ length: BATCHES }, (_, batch) => {
    const ids = Int32Array.from({ length: SENTENCES * WORDS }, (_id, i) => (i * 7919 + batch * 104_729) % rows);
    return tf.tensor(ids, [SENTENCES, WORDS], 'int32');
  });
  const labels = tf.tensor1d(
    Array.from({ length: SENTENCES }, (_, i) => i % CLASSES),
    'int32',
  );
  const answers = tf.tidy(() => tf.cast(tf.oneHot(labels, CLASSES), 'float32'));
  const head = tf.tidy(() => tf.variable(tf.fill([WIDTH, CLASSES], 0.1)));
  const lossOf = (found: Tensor) =>
    tf.losses.softmaxCrossEntropy(answers, tf.matMul(tf.mean(found, 1), head as never)) as Scalar;
  const step = stepOf(name, rows, head, lossOf);
  let at = 0;
  const run = (times: number) => {
    for (let i = 0; i < times; i++) step(batches[at++ % BATCHES]);
  };
  // A dense step leaves nothing of others in the caches, and a training has none of them between its own.
  return name === STOCK ? { name, run } : { name, run, prepare: () => run(BATCHES) };
}

/** What takes one step on a batch of ids. */
function stepOf(
  name: string,
  rows: number,
  head: TfVariable,
  lossOf: (found: Tensor) => Scalar,
): (ids: Tensor) => void {
  const { Adamax, embeddingLookup } = createTfjs(tf);
  if (name === LOOK_UP) {
    const table = new Variable(new Float32Array(rows * WIDTH).fill(0.01), { shape: [rows, WIDTH], name: nameOf(rows) });
    const { core } = new Adamax(0.001);
    return (ids) => core.minimize(() => lossOf(embeddingLookup(table, ids)), [table, head]);
  }
  const table = tf.tidy(() => tf.variable(tf.fill([rows, WIDTH], 0.01)));
  const optimizer = name === STOCK ? tf.train.adamax(0.001) : new Adamax(0.001);
  return (ids) => {
    optimizer.minimize(() => lossOf(tf.gather(table, ids as never)), false, [table, head]);
  };
}

function tableOf(heading: string, outcome: Outcome, slow: string) {
  return {
    heading,
    columns: ['', 'a step', `${slow} ÷ this`],
    rows: outcome.names.map((name) => [
      name,
      formatTime(outcome.time(name).median),
      formatRatio(outcome.ratio(slow, name).median),
    ]),
  };
}
