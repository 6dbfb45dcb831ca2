/** Variables beyond the caches: what threads gain, and what fewer bytes do. */
import { Adamax } from 'adamax';
import { isa, setThreads, threads } from 'adamax/kernels';
import { formatCount, formatRatio, formatTime } from './format.js';
import { type GroupReport, type Ratio, type Result, resultsOf, type Session, type Target } from './group.js';
import { availableMemory, memoryNeeded } from './machine.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { LEARNING_RATE, type OptimizerProblem, settledProblem } from './problem.js';
import { denseMover, hasTraffic } from './traffic.js';

const GROUP = 'large';
const SIZES = [2 ** 16, 2 ** 17, 2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26];
const QUICK_SIZES = [2 ** 18, 2 ** 20];
/** From this size on p, m, u and g are in no cache: 256 MiB. */
const BEYOND = 2 ** 24;
/** Bytes of an element in all arrays: p, g and two slots of each format. */
const HELD = 20;

const FLOAT32 = 'float32 slots';
const BFLOAT16 = 'bfloat16 slots';
const TRAFFIC = 'traffic';
const on = (name: string, count: number): string => `${name}, ${count} ${count === 1 ? 'thread' : 'threads'}`;

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
    progress(`step of ${formatCount(elements)} elements on 1 and ${all} threads`);
    globalThis.gc?.();
    const problem = settledProblem(elements);
    cases.push({ elements, outcome: race(contestants(problem, counts), effort) });
  }
  setThreads(before);
  const ratios = pairsOf(all);
  return {
    title: `Large variables, applyGradients on ${isa()}, 1 and ${all} threads`,
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
    targets: cases.filter(({ elements }) => elements >= BEYOND).flatMap((one) => targetsOf(one, all)),
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
function pairsOf(all: number): [string, string, string][] {
  const bytes = [1, all].map((count): [string, string, string] => {
    return [on('float32 ÷ bfloat16', count), on(FLOAT32, count), on(BFLOAT16, count)];
  });
  const bound = [1, all].map((count): [string, string, string] => {
    return [on('float32 ÷ traffic', count), on(FLOAT32, count), on(TRAFFIC, count)];
  });
  const gain: [string, string, string] = [`1 ÷ ${all} threads`, on(FLOAT32, 1), on(FLOAT32, all)];
  return [...(all > 1 ? [gain] : [bound[0]]), ...(hasTraffic ? bound : []), ...bytes].slice(0, all > 1 ? 5 : 2);
}

function targetsOf({ elements, outcome }: Case, all: number): Target[] {
  return [1, all].flatMap((count): Target[] => {
    const where = `${formatCount(elements)} elements, ${count} ${count === 1 ? 'thread' : 'threads'}`;
    const gain = outcome.ratio(on(FLOAT32, count), on(BFLOAT16, count)).median;
    const bfloat16: Target = {
      what: `step with float32 ÷ bfloat16 slots, ${where}`,
      measured: gain,
      bound: 1.3,
      sense: 'at least',
      unit: '×',
    };
    if (!hasTraffic) return [bfloat16];
    const measured = outcome.ratio(on(FLOAT32, count), on(TRAFFIC, count)).median;
    return [
      { what: `dense step ÷ its traffic, ${where}`, measured, bound: 1.03, sense: 'at most', unit: '×' },
      bfloat16,
    ];
  });
}
