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

/** Contestants that train the same model. */
interface Case {
  readonly name: string;
  readonly slow: string;
  readonly fast: readonly string[];
  readonly effort: Effort;
  make(): Problem;
}

export async function measure({ quick, effort, progress }: Session): Promise<GroupReport> {
  await startBackends();
  const few: Effort = { ...effort, warmup: 0, minRounds: quick ? 3 : 5, maxRounds: quick ? 3 : 5 };
  const cases: Case[] = [
    ...(quick ? [32] : [32, 8]).map((batch): Case => {
      return { name: `dense, batch ${batch}`, slow: STOCK, fast: [KERNELS, WHOLE], make: () => mlp(batch), effort };
    }),
    // The cpu backend takes seconds for a step, so few are taken, and what is cold at first is not told apart.
    { name: 'convolutional, batch 8', slow: CPU, fast: [KERNELS], make: () => convnet(8), effort: few },
    { name: 'convolutional, batch 64', slow: KERNELS, fast: [WHOLE], make: () => convnet(64), effort },
  ];
  const races = cases.map(({ name, slow, fast, make, effort }) => {
    progress(`a whole step: ${name}`);
    const contestants = [slow, ...fast].map((contestant) => contestantOf(contestant, make));
    return { name, slow, fast, outcome: race(contestants, effort) };
  });
  setKernels(false);
  return {
    title: 'a whole step, by tf.train.adamax where nothing else is said',
    notes: ['dense: 970,852 parameters in ten variables. convolutional: 28 × 28, 8 and 16 filters of 5 × 5.'],
    tables: races.map(({ name, outcome, slow }) => tableOf(name, outcome, slow)),
    results: races.flatMap(({ name, outcome }) => resultsOf(GROUP, name, outcome)),
    ratios: races.flatMap(({ name, outcome, slow, fast }) => {
      return fast.map((one): Ratio => {
        return { group: GROUP, case: name, name: `${slow} ÷ ${one}`, value: outcome.ratio(slow, one) };
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

/** Each has a model of its own, made on its backend, so that no weights are carried about. */
function contestantOf(name: string, make: () => Problem): Contestant {
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
