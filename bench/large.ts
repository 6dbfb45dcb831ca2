/** Variables beyond the caches: what threads gain, and what fewer bytes do. */
import { Adamax } from 'adamax';
import { type Isa, isa, setThreads, threads } from 'adamax/kernels';
import { formatCount, formatRatio, formatTime } from './format.js';
import { type GroupReport, type Ratio, type Result, resultsOf, type Session, type Target } from './group.js';
import { availableMemory, memoryNeeded } from './machine.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { BEYOND, LEARNING_RATE, type OptimizerProblem, settledProblem } from './problem.js';
import { denseMover, hasTraffic } from './traffic.js';

const GROUP = 'large';
const SIZES = [2 ** 16, 2 ** 17, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26];
const QUICK_SIZES = [2 ** 18, 2 ** 20];
/** From this size on fewer bytes are to count for all that they are, with all threads too. */
const NARROWER = 2 ** 22;
/** Bytes of an element in all arrays: p, g and two slots of each format. */
const HELD = 20;

const FLOAT32 = 'float32 slots';
const BFLOAT16 = 'bfloat16 slots';
const TRAFFIC = 'traffic';
const on = (name: string, count: number): string => `${name}, ${threadsOf(count)}`;
const threadsOf = (count: number): string => `${count} ${count === 1 ? 'thread' : 'threads'}`;

interface Case {
  readonly elements: number;
  readonly outcome: Outcome;
}

export function large({ quick, effort, progress }: Session): GroupReport {
  const before = threads();
  const all = allThreads();
  const counts = all > 1 ? [1, all] : [1];
  const cases: Case[] = [];
  for (const elements of quick ? QUICK_SIZES : SIZES) {
    if (memoryNeeded(elements * HELD) > availableMemory()) continue;
    progress(`step of ${formatCount(elements)} elements, ${counts.map(threadsOf).join(' and ')}`);
    globalThis.gc?.();
    const problem = settledProblem(elements);
    cases.push({ elements, outcome: race(contestants(problem, counts), effort) });
  }
  setThreads(before);
  const ratios = pairsOf(counts);
  return {
    title: `Large variables, applyGradients on ${isa()}, ${counts.map(threadsOf).join(' and ')}`,
    notes: [
      'traffic: the same reads and writes of float32 slots through the same plan, without arithmetic.',
      "bfloat16 slots: slotDtype 'bfloat16', 20 bytes an element in place of 28.",
    ],
    tables: [
      {
        heading: 'time of a step',
        columns: ['elements', ...cases[0].outcome.names],
        rows: cases.map(({ elements, outcome }) => {
          return [formatCount(elements), ...outcome.names.map((name) => formatTime(outcome.time(name).median))];
        }),
      },
      {
        heading: 'ratios',
        columns: ['elements', ...ratios.map(([title]) => title)],
        rows: cases.map(({ elements, outcome }) => {
          return [formatCount(elements), ...ratios.map(([, a, b]) => formatRatio(outcome.ratio(a, b).median))];
        }),
      },
    ],
    results: cases.flatMap(({ elements, outcome }): Result[] => {
      return resultsOf(GROUP, formatCount(elements), outcome, elements);
    }),
    ratios: cases.flatMap(({ elements, outcome }) => {
      return ratios.map(([name, a, b]): Ratio => {
        return { group: GROUP, case: formatCount(elements), name, value: outcome.ratio(a, b) };
      });
    }),
    targets: cases.flatMap((one) => targetsOf(one, counts)),
  };
}

/** How many threads a process gets that sets nothing. */
function allThreads(): number {
  return Math.max(threads(), 1);
}

function contestants(problem: OptimizerProblem, counts: readonly number[]): Contestant[] {
  const { variable, grad, optimizer } = problem;
  const narrow = new Adamax({ learningRate: LEARNING_RATE, slotDtype: 'bfloat16' });
  const pairs = [[grad, variable]] as const;
  for (let i = 0; i < 100; i++) narrow.applyGradients(pairs); // its moments settle
  const move = hasTraffic ? denseMover([problem]) : () => {};
  return counts.flatMap((count): Contestant[] => {
    const prepare = () => setThreads(count);
    const step = (adamax: Adamax) => (times: number) => {
      for (let i = 0; i < times; i++) adamax.applyGradients(pairs);
    };
    const moving = (times: number): void => {
      for (let i = 0; i < times; i++) move();
    };
    return [
      { name: on(FLOAT32, count), prepare, run: step(optimizer) },
      { name: on(BFLOAT16, count), prepare, run: step(narrow) },
      ...(hasTraffic ? [{ name: on(TRAFFIC, count), prepare, run: moving }] : []),
    ];
  });
}

/** `[title, contestant, contestant]` of each ratio that is reported. */
function pairsOf(counts: readonly number[]): [string, string, string][] {
  const all = counts[counts.length - 1];
  const gain: [string, string, string] = [`1 ÷ ${all} threads`, on(FLOAT32, 1), on(FLOAT32, all)];
  const each = (name: string, other: string): [string, string, string][] => {
    return counts.map((count) => [on(name, count), on(FLOAT32, count), on(other, count)]);
  };
  return [
    ...(all > 1 ? [gain] : []),
    ...(hasTraffic ? each('float32 ÷ traffic', TRAFFIC) : []),
    ...each('float32 ÷ bfloat16', BFLOAT16),
  ];
}

function targetsOf({ elements, outcome }: Case, counts: readonly number[]): Target[] {
  return counts.flatMap((count): Target[] => {
    const where = `${formatCount(elements)} elements, ${threadsOf(count)}`;
    const targets: Target[] = [];
    if (elements >= BEYOND && hasTraffic) {
      const measured = outcome.ratio(on(FLOAT32, count), on(TRAFFIC, count)).median;
      targets.push({ what: `dense step ÷ its traffic, ${where}`, measured, bound: 1.03, sense: 'at most', unit: '×' });
    }
    const bound = leastGain(elements, count);
    if (bound !== null) {
      const measured = outcome.ratio(on(FLOAT32, count), on(BFLOAT16, count)).median;
      targets.push({ what: `float32 ÷ bfloat16 slots, ${where}`, measured, bound, sense: 'at least', unit: '×' });
    }
    return targets;
  });
}

/** How many times as fast bfloat16 slots are to be where memory binds, and below, where their instructions do. */
const GAINS: Partial<Record<Isa, { beyond: number; within: Readonly<Record<number, number>> }>> = {
  avx512: { beyond: 1.35, within: { [2 ** 16]: 0.8, [2 ** 18]: 1.05, [2 ** 20]: 1.05 } },
  avx2: { beyond: 1.25, within: { [2 ** 16]: 0.6, [2 ** 18]: 0.65, [2 ** 20]: 0.65 } },
};

/** Null where nothing is promised. */
function leastGain(elements: number, count: number): number | null {
  const gains = GAINS[isa()];
  if (gains === undefined) return null;
  if (elements >= NARROWER) return gains.beyond;
  return count === 1 ? (gains.within[elements] ?? null) : null;
}
