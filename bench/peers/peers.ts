/**
 * The step of other libraries beside ours: each in a process of its own and on its own arrays, with gradients
 * ready-made, the way its users get the most of it. `npm run bench -- --peers`; setup.mjs installs them.
 */
import { availableParallelism } from 'node:os';
import { formatRatio, formatTime } from '../format.js';
import { type GroupReport, type Ratio, type Result, resultsOf, type Session, type Table } from '../group.js';
import type { Outcome } from '../measure.js';
import { denseCases, sparseCases } from './cases.js';
import { RIVALS } from './catalog.js';
import { Field } from './field.js';
import { FULL_PACE, QUICK_PACE } from './race.js';
import { caseName, JS, leastOf, OURS, type Run, TRAFFIC, threadsOf } from './run.js';
import { targetsOf } from './targets.js';

export const GROUP = 'peers';
/** Steps that take longer are left out, in nanoseconds. */
const LONGEST = 12e9;
const QUICK_LONGEST = 1e9;

export async function peers({ quick, progress }: Session): Promise<GroupReport> {
  const all = availableParallelism();
  const cases = [...denseCases(quick), ...sparseCases(quick)];
  const runs: Run[] = [];
  const fields: Field[] = [];
  for (const threads of all > 1 ? [1, all] : [1]) {
    const field = new Field(threads, quick ? QUICK_PACE : FULL_PACE, quick ? QUICK_LONGEST : LONGEST, progress);
    fields.push(field);
    try {
      for (const one of cases) {
        const outcome = await field.run(one);
        // Where ours failed, which `skipped` tells, there is nothing to compare with.
        if (outcome.has(OURS)) runs.push({ case: one, threads, outcome });
      }
    } finally {
      await field.end();
    }
  }
  return {
    title: 'Beside other libraries',
    notes: notesOf(runs, fields),
    tables: fields.flatMap(({ threads }) => tablesOf(runs.filter((run) => run.threads === threads))),
    results: runs.flatMap((run): Result[] => {
      return resultsOf(GROUP, caseName(run), run.outcome, run.case.elements);
    }),
    ratios: runs.flatMap(ratiosOf),
    targets: targetsOf(runs),
  };
}

function notesOf(runs: readonly Run[], fields: readonly Field[]): string[] {
  const versions = new Set(fields.flatMap((field) => [...field.versions.values()]));
  const skipped = new Map<string, Set<string>>();
  for (const [why, names] of fields.flatMap((field) => [...field.skipped])) {
    skipped.set(why, new Set([...(skipped.get(why) ?? []), ...names]));
  }
  const single = fields.filter(({ threads, ownThreads }) => threads !== ownThreads);
  const least = (rivals: readonly string[], what: string): string[] => {
    const found = leastOf(runs, rivals);
    return found === null ? [] : [`Where we win least${what}: ${found.where}, ${formatRatio(found.ratio)}.`];
  };
  return [
    'Each library steps its own arrays in its own process, in turns; one thread means one core, for all alike.',
    `${OURS}: applyGradients. ${JS}: by hand, float64 arithmetic. ${TRAFFIC}: 4 reads and 3 writes, no arithmetic.`,
    'Rows of JAX are written by hand and not summed; those of TensorFlow are tf_keras’ legacy optimizer.',
    ...single.map(({ threads, ownThreads }) => `${OURS} used ${ownThreads} of ${threads} threads.`),
    ...least(
      RIVALS.map(({ name }) => name),
      '',
    ),
    ...least([JS], ' over the loop by hand'),
    `Versions: ${[...versions].join('; ')}.`,
    ...[...skipped].map(([why, names]) => `Skipped: ${[...names].join(', ')}: ${why}`),
  ];
}

/** The tables of one number of threads. Dense cases and rows are apart. */
function tablesOf(runs: readonly Run[]): Table[] {
  return [false, true].flatMap((rows) => {
    const some = runs.filter((run) => (run.case.rows !== undefined) === rows);
    if (some.length === 0) return [];
    const what = `${rows ? 'rows of a table' : 'elements'}, ${threadsOf(some[0].threads)}`;
    return [
      table(`time of a step: ${what}`, some, (outcome, name) => formatTime(outcome.time(name).median)),
      table(`÷ ${OURS}: ${what}`, some, (outcome, name) => formatRatio(outcome.ratio(name, OURS).median)),
      table(`÷ ${TRAFFIC}: ${what}`, some, (outcome, name) => {
        return outcome.has(TRAFFIC) ? formatRatio(outcome.ratio(name, TRAFFIC).median) : '–';
      }),
    ];
  });
}

function table(heading: string, runs: readonly Run[], cell: (outcome: Outcome, name: string) => string): Table {
  const present = new Set(runs.flatMap(({ outcome }) => outcome.names));
  const names = [OURS, TRAFFIC, JS, ...RIVALS.map(({ name }) => name)].filter((name) => present.has(name));
  return {
    heading,
    columns: ['', ...runs.map((run) => run.case.name)],
    rows: names.map((name) => [name, ...runs.map(({ outcome }) => (outcome.has(name) ? cell(outcome, name) : '–'))]),
  };
}

function ratiosOf(run: Run): Ratio[] {
  const { outcome } = run;
  return [OURS, TRAFFIC].flatMap((base) => {
    if (!outcome.has(base)) return [];
    const others = outcome.names.filter((name) => name !== base);
    return others.map((name) => {
      return { group: GROUP, case: caseName(run), name: `${name} ÷ ${base}`, value: outcome.ratio(name, base) };
    });
  });
}
