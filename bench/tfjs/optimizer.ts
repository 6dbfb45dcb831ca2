/** The optimizer alone, by gradients that are other tensors at each step, as those of a loss are. */
import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs-core';
import { createTfjs } from 'adamax/tfjs';
import { formatRatio, formatTime } from '../format.js';
import { type GroupReport, type Ratio, resultsOf, type Session, type Table, type Target } from '../group.js';
import { type Contestant, type Effort, type Outcome, race } from '../measure.js';
import { startBackends, tf, use } from './peer.js';

const GROUP = 'tfjs';
const THEIRS = 'tf.train.adamax';
const OURS = 'Adamax of adamax/tfjs';

type Backend = 'cpu' | 'wasm';

interface Case {
  readonly name: string;
  readonly shapes: readonly number[][];
  /** How many times as fast the step is to be, at least. */
  readonly bounds: Readonly<Record<Backend, number>> | null;
}

const dense = (inputs: number, units: number) => [[inputs, units], [units]];
const CASES: readonly Case[] = [
  { name: '100 variables of 64', shapes: new Array(100).fill([64]), bounds: { cpu: 40, wasm: 40 } },
  { name: '25 layers of 16 units', shapes: new Array(25).fill(dense(16, 16)).flat(), bounds: null },
  {
    name: '970,852 parameters in ten variables',
    shapes: [dense(256, 512), dense(512, 512), dense(512, 512), dense(512, 512), dense(512, 100)].flat(),
    bounds: { cpu: 100, wasm: 7.5 },
  },
];

export async function measure({ quick, effort, progress }: Session): Promise<GroupReport> {
  await startBackends();
  // Steps of TensorFlow.js on the cpu backend take a fifth of a second; all take long to be compiled for good.
  const enough: Effort = { ...effort, warmup: Math.max(effort.warmup, 0.4e9), minRounds: quick ? 3 : 9 };
  const races = (['cpu', 'wasm'] as const).flatMap((backend) =>
    CASES.map((one) => {
      progress(`${one.name}, on ${backend}`);
      return { ...one, backend, title: `${one.name}, on ${backend}`, outcome: run(one, backend, enough) };
    }),
  );
  return {
    title: 'the optimizer alone',
    notes: [],
    tables: races.map(({ title, outcome }) => tableOf(title, outcome)),
    results: races.flatMap(({ title, outcome }) => resultsOf(GROUP, title, outcome)),
    ratios: races.map(({ title, outcome }): Ratio => {
      return { group: GROUP, case: title, name: `${THEIRS} ÷ ${OURS}`, value: outcome.ratio(THEIRS, OURS) };
    }),
    targets: races.flatMap(({ title, backend, bounds, outcome }): Target[] => {
      if (bounds === null) return [];
      const measured = outcome.ratio(THEIRS, OURS).median;
      return [
        { what: `${title}: ${THEIRS} ÷ ${OURS}`, measured, bound: bounds[backend], sense: 'at least', unit: '×' },
      ];
    }),
  };
}

function run({ shapes }: Case, backend: Backend, effort: Effort): Outcome {
  const { Adamax } = createTfjs(tf);
  use(backend);
  const contestants = [
    contestant(THEIRS, tf.train.adamax(0.001), shapes, backend),
    contestant(OURS, new Adamax(0.001), shapes, backend),
  ];
  const outcome = race(contestants, effort);
  for (const { end } of contestants) end();
  return outcome;
}

/** Steps variables of its own. What it steps by is made before the clock starts. */
function contestant(
  name: string,
  optimizer: Optimizer,
  shapes: readonly number[][],
  backend: Backend,
): Contestant & { end(): void } {
  const variables = shapes.map((shape, i) => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', i + 1)) as Variable);
  const signals = shapes.map((shape, i) => tf.randomNormal(shape, 0, 1, 'float32', 1000 + i));
  let gradients: { name: string; tensor: Tensor }[][] = [];
  const clear = () => tf.dispose(gradients.flat().map(({ tensor }) => tensor));
  return {
    name,
    prepare: (times) => {
      use(backend);
      clear();
      gradients = Array.from({ length: times }, () =>
        variables.map((variable, i) => ({ name: variable.name, tensor: tf.neg(signals[i]) })),
      );
    },
    run: (times) => {
      for (let i = 0; i < times; i++) optimizer.applyGradients(gradients[i]);
    },
    end: () => {
      clear();
      tf.dispose([...variables, ...signals]);
      optimizer.dispose();
    },
  };
}

function tableOf(heading: string, outcome: Outcome): Table {
  return {
    heading,
    columns: ['', 'a step', `${THEIRS} ÷ this`],
    rows: outcome.names.map((name) => [
      name,
      formatTime(outcome.time(name).median),
      formatRatio(outcome.ratio(THEIRS, name).median),
    ]),
  };
}
