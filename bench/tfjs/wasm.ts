/** A whole training step on the wasm backend, as it is and with `enableWasmTraining`; of convolutions, also on cpu. */
import { createTfjs, type WasmTraining } from 'adamax/tfjs';
import { formatRatio, formatTime } from '../format.js';
import { type GroupReport, type Ratio, resultsOf, type Session, type Table } from '../group.js';
import { type Contestant, type Effort, type Outcome, race } from '../measure.js';
import { convnet, mlp, type Problem, stepper } from './models.js';
import { startBackends, tf, use } from './peer.js';

const GROUP = 'tfjs';
const STOCK = 'wasm';
const KERNELS = 'wasm + enableWasmTraining';
const WHOLE = 'wasm + enableWasmTraining + Adamax of adamax/tfjs';
const CPU = 'cpu';

export async function measure({ quick, effort, progress }: Session): Promise<GroupReport> {
  await startBackends();
  const batches = quick ? [32] : [32, 8];
  const races = batches.map((batch) => {
    progress(`dense network, batch ${batch}`);
    return {
      name: `dense, batch ${batch}`,
      outcome: run([STOCK, KERNELS, WHOLE], () => mlp(batch), effort),
      slow: STOCK,
    };
  });
  progress('convolutional network, which the cpu backend takes long for');
  const few: Effort = { ...effort, warmup: 0, minRounds: quick ? 3 : 5, maxRounds: quick ? 3 : 5 };
  races.push({ name: 'convolutional, batch 8', outcome: run([CPU, KERNELS, WHOLE], () => convnet(8), few), slow: CPU });
  return {
    title: 'a whole step, by tf.train.adamax where nothing else is said',
    notes: ['dense: 970,852 parameters in ten variables. convolutional: 28 × 28, 8 and 16 filters of 5 × 5.'],
    tables: races.map(({ name, outcome, slow }) => tableOf(name, outcome, slow)),
    results: races.flatMap(({ name, outcome }) => resultsOf(GROUP, name, outcome)),
    ratios: races.flatMap(({ name, outcome, slow }) => {
      return [KERNELS, WHOLE].map((fast): Ratio => {
        return { group: GROUP, case: name, name: `${slow} ÷ ${fast}`, value: outcome.ratio(slow, fast) };
      });
    }),
    targets: [
      {
        what: `${races[0].name}: ${STOCK} ÷ ${WHOLE}`,
        measured: races[0].outcome.ratio(STOCK, WHOLE).median,
        bound: 4,
        sense: 'at least',
        unit: '×',
      },
    ],
  };
}

function run(names: readonly string[], make: () => Problem, effort: Effort): Outcome {
  const contestants = names.map((name) => contestant(name, make));
  return race(contestants, effort);
}

/** Each has a model of its own, made on its backend, so that no weights are carried about. */
function contestant(name: string, make: () => Problem): Contestant {
  const prepare = () => {
    use(name === CPU ? 'cpu' : 'wasm');
    setKernels(name === KERNELS || name === WHOLE);
  };
  prepare();
  const optimizer = name === WHOLE ? new (createTfjs(tf).Adamax)(0.001) : tf.train.adamax(0.001);
  return { name, prepare, run: stepper(make(), optimizer) };
}

let training: WasmTraining | null = null;

function setKernels(on: boolean): void {
  if (on === (training !== null)) return;
  training?.disable();
  training = on ? createTfjs(tf).enableWasmTraining() : null;
}

function tableOf(heading: string, outcome: Outcome, slow: string): Table {
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
