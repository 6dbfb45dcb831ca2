/** The dense step of one variable, from 8 elements to far beyond the caches, in every implementation there is. */
import { adamaxStep, availableIsa, type Isa, isa as isaInForce, setIsa } from 'adamax/kernels';
import { digits, formatCount, formatRatio, formatTime } from './format.js';
import {
  type GroupReport,
  type Ratio,
  type Result,
  resultsOf,
  type Session,
  type Table,
  type Target,
} from './group.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { BEYOND, type OptimizerProblem, type Problem, SCALARS, settledProblem } from './problem.js';
import { rivals } from './rivals.js';
import { hasTraffic, moveDense } from './traffic.js';

const SIZES = [8, 64, 512, 4096, 2 ** 15, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24];
const QUICK_SIZES = [8, 512, 2 ** 15, 2 ** 20];
const GROUP = 'dense';

/** Name of the contestant that steps through the optimizer class. */
export const OPTIMIZER = 'optimizer';
export const trafficOf = (isa: Isa): string => `traffic ${isa}`;

interface Case {
  readonly elements: number;
  readonly outcome: Outcome;
}

export function dense({ quick, effort, progress }: Session): GroupReport {
  const best = isaInForce();
  const isas = [
    best,
    ...availableIsa()
      .filter((isa) => isa !== best)
      .reverse(),
  ];
  const cases: Case[] = [];
  for (const elements of quick ? QUICK_SIZES : SIZES) {
    progress(`dense step of ${formatCount(elements)} elements`);
    globalThis.gc?.(); // the arrays of the case before go now, not in the middle of a batch
    const problem = settledProblem(elements);
    cases.push({ elements, outcome: race(contestants(problem, isas), effort) });
  }
  setIsa(best);
  return {
    title: 'Dense step of one variable, one thread',
    notes: [
      `optimizer: Adamax.applyGradients on ${best}; other implementations: adamaxStep of adamax/kernels.`,
      'traffic: the native loop with the same 4 reads and 3 writes and no arithmetic. JS: hand-written loops.',
      'Each array is a Float32Array of its own, all contestants of a row work on the same ones.',
    ],
    tables: tablesOf(cases, isas),
    results: cases.flatMap(({ elements, outcome }): Result[] => {
      return resultsOf(GROUP, formatCount(elements), outcome, elements);
    }),
    ratios: cases.flatMap(({ elements, outcome }) => {
      return ratiosOf(outcome, isas).map(([name, a, b]): Ratio => {
        return { group: GROUP, case: formatCount(elements), name, value: outcome.ratio(a, b) };
      });
    }),
    targets: targetsOf(cases, best),
  };
}

function contestants(problem: OptimizerProblem, isas: readonly Isa[]): Contestant[] {
  const list = isas.map((isa) => kernel(isa, problem));
  list.push(optimizer(isas[0], problem));
  for (const rival of rivals) list.push(rival.dense([problem]));
  if (hasTraffic) for (const isa of isas) if (isa !== 'js') list.push(traffic(isa, problem));
  return list;
}

function kernel(isa: Isa, { param, m, u, grad }: Problem): Contestant {
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) adamaxStep(param, m, u, grad, SCALARS);
  };
  return { name: isa, prepare: () => setIsa(isa), run };
}

function optimizer(isa: Isa, { optimizer: adamax, variable, grad }: OptimizerProblem): Contestant {
  const pairs = [[grad, variable]] as const;
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) adamax.applyGradients(pairs);
  };
  return { name: OPTIMIZER, prepare: () => setIsa(isa), run };
}

function traffic(isa: Isa, problem: Problem): Contestant {
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) moveDense(problem);
  };
  return { name: trafficOf(isa), prepare: () => setIsa(isa), run };
}

/** `[name, contestant, contestant]` of each ratio that is reported. */
function ratiosOf(outcome: Outcome, isas: readonly Isa[]): [string, string, string][] {
  const best = isas[0];
  const list = rivals.map(({ name }): [string, string, string] => [`${name} ÷ ${best}`, name, best]);
  if (isas.length > 2) list.push([`${isas[1]} ÷ ${best}`, isas[1], best]);
  list.push([`optimizer ÷ ${best}`, OPTIMIZER, best]);
  for (const isa of isas) {
    if (outcome.has(trafficOf(isa))) list.push([`${isa} ÷ traffic`, isa, trafficOf(isa)]);
  }
  return list;
}

function tablesOf(cases: readonly Case[], isas: readonly Isa[]): Table[] {
  const names = cases[0].outcome.names;
  const table = (heading: string, cell: (ns: number, elements: number) => string): Table => ({
    heading,
    columns: ['elements', ...names],
    rows: cases.map(({ elements, outcome }) => {
      return [formatCount(elements), ...names.map((name) => cell(outcome.time(name).median, elements))];
    }),
  });
  const ratios = ratiosOf(cases[0].outcome, isas);
  return [
    table('time of a step', formatTime),
    table('nanoseconds per element', (ns, elements) => digits(ns / elements)),
    table('GB/s, at 28 bytes per element', (ns, elements) => digits((28 * elements) / ns)),
    {
      heading: 'ratios',
      columns: ['elements', ...ratios.map(([name]) => name)],
      rows: cases.map(({ elements, outcome }) => {
        return [formatCount(elements), ...ratios.map(([, a, b]) => formatRatio(outcome.ratio(a, b).median))];
      }),
    },
  ];
}

function targetsOf(cases: readonly Case[], best: Isa): Target[] {
  const beyond = cases.filter(({ elements, outcome }) => elements >= BEYOND && outcome.has(trafficOf(best)));
  return beyond.map(({ elements, outcome }): Target => {
    const measured = outcome.ratio(best, trafficOf(best)).median;
    const what = `adamaxStep ÷ its traffic, ${formatCount(elements)} elements, 1 thread`;
    return { what, measured, bound: 1.03, sense: 'at most', unit: '×' };
  });
}
