/** Sparse steps: a few rows of a table that fits nowhere near a cache, and of one a hundred times larger. */
import { IndexedSlices } from 'adamax';
import { adamaxStepRows, isa } from 'adamax/kernels';
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
import { availableMemory, memoryNeeded } from './machine.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { type OptimizerState, SCALARS, settledTable, sparseSteps } from './problem.js';
import { rivals } from './rivals.js';
import { hasTraffic, moveRows } from './traffic.js';

const GROUP = 'sparse';
const ROW = 64;
const STEPS = [512, 8192];

const KERNEL = 'adamaxStepRows';
const OPTIMIZER = 'applyGradients';
const TRAFFIC = 'traffic';
/** Rivals that step rows; the first one is what the tables compare with. */
const RIVALS = rivals.filter((rival) => rival.rows !== undefined).map(({ name }) => name);

interface Case {
  readonly rows: number;
  readonly outcome: Outcome;
}

export function sparse({ quick, effort, progress }: Session): GroupReport {
  const [small, large, note] = tableSizes(quick);
  const tables = [small, large].map((rows) => {
    progress(`filling a table of ${formatCount(rows)} rows`);
    return settledTable(rows, ROW);
  });
  const cases = STEPS.map((rows): Case => {
    progress(`sparse step of ${rows} rows`);
    const contestants = tables.flatMap((table) => tableContestants(table, rows));
    return { rows, outcome: race(contestants, effort) };
  });
  return {
    title: `Sparse step, rows of ${ROW} floats, one thread, ${isa()}`,
    notes: [
      'Each step names other rows, drawn at random without repetition (seeded); indices and slices are ready-made.',
      'traffic: index, reads and writes of the same rows, no arithmetic. JS: hand-written loop without an index.',
      ...note,
    ],
    tables: cases.map((one) => tableOf(one, small, large)),
    results: cases.flatMap(({ rows, outcome }): Result[] => resultsOf(GROUP, `${rows} rows`, outcome, rows * ROW)),
    ratios: cases.flatMap((one) => ratiosOf(one, small, large)),
    targets: targetsOf(cases[0], small, large),
  };
}

/** A table of 10M rows takes 7.7 GB. Where there is less memory, a smaller one is measured, and the report says so. */
function tableSizes(quick: boolean): [number, number, string[]] {
  if (quick) return [1e5, 1e6, ['--quick: the large table has 1M rows.']];
  const bytes = (rows: number): number => rows * ROW * 4 * 3;
  const free = availableMemory();
  const large = [10e6, 4e6, 1e6].find((rows) => memoryNeeded(bytes(rows)) < free) ?? 4e5;
  if (large === 10e6) return [1e5, large, []];
  const gigabytes = digits(free / 1e9);
  return [
    1e5,
    large,
    [`10M rows take 7.7 GB, ${gigabytes} GB are free: the large table has ${formatCount(large)} rows.`],
  ];
}

const named = (contestant: string, tableRows: number): string => `${contestant} of ${formatCount(tableRows)}`;

function tableContestants(table: OptimizerState, rows: number): Contestant[] {
  const tableRows = table.param.length / ROW;
  const { steps, values } = sparseSteps(tableRows, ROW, rows);
  const list = [kernel(table, values, steps), optimizer(table, values, steps)];
  for (const rival of rivals) if (rival.rows) list.push(rival.rows(table, ROW, values, steps));
  if (hasTraffic) list.push(traffic(table, values, steps));
  return list.map((contestant) => ({ ...contestant, name: named(contestant.name, tableRows) }));
}

function kernel({ param, m, u }: OptimizerState, values: Float32Array, steps: readonly Int32Array[]): Contestant {
  let at = 0;
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) adamaxStepRows(param, m, u, ROW, values, steps[at++ % steps.length], SCALARS);
  };
  return { name: KERNEL, run };
}

function optimizer(table: OptimizerState, values: Float32Array, steps: readonly Int32Array[]): Contestant {
  const lists = steps.map((indices) => [[new IndexedSlices(values, indices), table.variable] as const]);
  let at = 0;
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) table.optimizer.applyGradients(lists[at++ % lists.length]);
  };
  return { name: OPTIMIZER, run };
}

function traffic(table: OptimizerState, values: Float32Array, steps: readonly Int32Array[]): Contestant {
  let at = 0;
  const run = (times: number): void => {
    for (let i = 0; i < times; i++) moveRows(table, ROW, values, steps[at++ % steps.length]);
  };
  return { name: TRAFFIC, run };
}

function contestantsOf(outcome: Outcome, tableRows: number): string[] {
  return [KERNEL, OPTIMIZER, ...RIVALS, TRAFFIC].filter((name) => outcome.has(named(name, tableRows)));
}

function tableOf({ rows, outcome }: Case, small: number, large: number): Table {
  const sizes = [small, large];
  return {
    heading: `step of ${rows} rows; ns per row in parentheses`,
    columns: [
      '',
      ...sizes.map((size) => `of ${formatCount(size)} rows`),
      `${formatCount(large)} ÷ ${formatCount(small)}`,
      `${RIVALS[0]} ÷ it, ${formatCount(large)}`,
    ],
    rows: contestantsOf(outcome, large).map((name) => [
      name,
      ...sizes.map((size) => {
        const { median } = outcome.time(named(name, size));
        return `${formatTime(median)} (${digits(median / rows)})`;
      }),
      formatRatio(outcome.ratio(named(name, large), named(name, small)).median),
      formatRatio(outcome.ratio(named(RIVALS[0], large), named(name, large)).median),
    ]),
  };
}

function ratiosOf({ rows, outcome }: Case, small: number, large: number): Ratio[] {
  const ratio = (name: string, a: string, b: string): Ratio => {
    return { group: GROUP, case: `${rows} rows`, name, value: outcome.ratio(a, b) };
  };
  return contestantsOf(outcome, large).flatMap((name) => {
    const growth = ratio(
      `${name}: ${formatCount(large)} ÷ ${formatCount(small)}`,
      named(name, large),
      named(name, small),
    );
    if (RIVALS.includes(name)) return [growth];
    const gains = [small, large].map((size) => {
      return ratio(`${RIVALS[0]} ÷ ${name}, ${formatCount(size)}`, named(RIVALS[0], size), named(name, size));
    });
    return [growth, ...gains];
  });
}

function targetsOf({ rows, outcome }: Case, small: number, large: number): Target[] {
  return [KERNEL, OPTIMIZER].flatMap((name): Target[] => {
    const step = `sparse step of ${rows} rows by ${name}`;
    const growth: Target = {
      what: `${step}: table of ${formatCount(large)} rows ÷ ${formatCount(small)}`,
      measured: outcome.ratio(named(name, large), named(name, small)).median,
      bound: 3,
      sense: 'at most',
      unit: '×',
    };
    if (!hasTraffic) return [growth];
    const measured = outcome.ratio(named(name, large), named(TRAFFIC, large)).median;
    const what = `${step} of ${formatCount(large)} ÷ the same rows without arithmetic`;
    return [growth, { what, measured, bound: 1.15, sense: 'at most', unit: '×' }];
  });
}
