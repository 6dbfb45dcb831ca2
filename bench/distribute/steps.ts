/** Steps of one large variable by gradients of all replicas, beside the plain step and beside other ways to do it. */
import { formatCount, formatRatio, formatTime } from '../format.js';
import { type GroupReport, type Ratio, resultsOf, type Session, type Table, type Target } from '../group.js';
import { availableMemory, memoryNeeded } from '../machine.js';
import type { Outcome } from '../measure.js';
import { GROUP, outcomeOf, paceOf } from './outcome.js';
import { type Engine, replicas } from './replicas.js';
import { STEPS } from './tasks/task.js';

const LARGE = 2 ** 24;
const MEDIUM = 2 ** 20;
/** Bytes of an element in all arrays of all contestants of a replica. */
const HELD = 160;
/** What is measured where replicas outnumber the cores: how far it is from what memory allows. */
const FEW: readonly string[] = [STEPS.alone, STEPS.plain, STEPS.ours, STEPS.traffic];

/** Ratios that are looked at, and how large they may be. */
const RATIOS: readonly { a: string; b: string; bound?: number; engine?: Engine }[] = [
  { a: STEPS.ours, b: STEPS.alone },
  { a: STEPS.ours, b: STEPS.plain },
  { a: STEPS.ours, b: STEPS.mpi, bound: 1.05 },
  { a: STEPS.whole, b: STEPS.mpiWhole },
  { a: STEPS.ours, b: STEPS.mpiOnce },
  { a: STEPS.ours, b: STEPS.whole, bound: 0.8, engine: 'processes' },
  { a: STEPS.sharded, b: STEPS.ours },
  { a: STEPS.async, b: STEPS.ours },
  { a: STEPS.ours, b: STEPS.traffic },
];

interface Race {
  readonly engine: Engine;
  readonly count: number;
  readonly elements: number;
  readonly outcome: Outcome;
}

/** `plain`: nanoseconds of a plain step of an element. */
export async function measureSteps(
  session: Session,
  engines: readonly Engine[],
): Promise<{ report: GroupReport; plain: number }> {
  const sizes = session.quick ? [MEDIUM] : [MEDIUM, LARGE];
  const layouts = engines.flatMap((engine) =>
    (engine === 'threads' ? [2, 4] : [2]).map((count) => ({ engine, count })),
  );
  const races: Race[] = [];
  for (const elements of sizes.filter((size) => memoryNeeded(2 * HELD * size) <= availableMemory())) {
    for (const { engine, count } of layouts) {
      session.progress(`steps of ${formatCount(elements)} elements in ${count} ${engine}`);
      const only = count > 2 ? { only: FEW } : {};
      const task = { kind: 'steps', elements, pace: paceOf(session), ...only } as const;
      races.push({ engine, count, elements, outcome: outcomeOf(await replicas(engine, count, task)) });
    }
  }
  const last = races[races.length - 1];
  const report = {
    title: 'steps',
    notes: [],
    tables: races.flatMap((race) => [timesOf(race), ratiosTable(race)]),
    results: races.flatMap((race) => resultsOf(GROUP, titleOf(race), race.outcome, race.elements)),
    ratios: races.flatMap(ratiosOf),
    targets: races.flatMap(targetsOf),
  };
  return { report, plain: last.outcome.time(STEPS.alone).median / last.elements };
}

const titleOf = ({ engine, count, elements }: Race): string =>
  `${formatCount(elements)} parameters, ${count} ${engine}`;

function timesOf(race: Race): Table {
  const { outcome } = race;
  return {
    heading: `a step of ${titleOf(race)}`,
    columns: ['', 'a step', 'quartiles', '÷ plain'],
    rows: outcome.names.map((name) => {
      const { low, median, high } = outcome.time(name);
      const times = [median, low, high].map(formatTime);
      return [name, times[0], `${times[1]} … ${times[2]}`, formatRatio(outcome.ratio(name, STEPS.alone).median)];
    }),
  };
}

const pairsOf = ({ outcome }: Race) => RATIOS.filter(({ a, b }) => outcome.has(a) && outcome.has(b));

function ratiosTable(race: Race): Table {
  return {
    heading: `ratios within a round, ${titleOf(race)}`,
    columns: ['', 'median', 'quartiles'],
    rows: pairsOf(race).map(({ a, b }) => {
      const { low, median, high } = race.outcome.ratio(a, b);
      return [`${a} ÷ ${b}`, formatRatio(median), `${formatRatio(low)} … ${formatRatio(high)}`];
    }),
  };
}

function ratiosOf(race: Race): Ratio[] {
  return pairsOf(race).map(({ a, b }) => {
    return { group: GROUP, case: titleOf(race), name: `${a} ÷ ${b}`, value: race.outcome.ratio(a, b) };
  });
}

function targetsOf(race: Race): Target[] {
  return pairsOf(race).flatMap(({ a, b, bound, engine = race.engine }): Target[] => {
    if (bound === undefined || engine !== race.engine) return [];
    const measured = race.outcome.ratio(a, b).median;
    return [{ what: `${titleOf(race)}: ${a} ÷ ${b}`, measured, bound, sense: 'at most', unit: '×' }];
  });
}
