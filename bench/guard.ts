/** What it costs to look whether gradients are finite, alone and where they are clipped by norm anyway. */
import { isa, setThreads, threads } from 'adamax/kernels';
import { formatCount, formatRatio, formatTime } from './format.js';
import { type GroupReport, type Ratio, type Result, resultsOf, type Session } from './group.js';
import { type Contestant, type Outcome, race } from './measure.js';
import { settledProblem } from './problem.js';

const GROUP = 'guard';
const SIZES = [2 ** 16, 2 ** 20, 2 ** 24];
const QUICK_SIZES = [2 ** 16];

const PLAIN = 'plain';
const GUARDED = 'guarded';
const CLIPPED = 'clipnorm';
const BOTH = 'clipnorm, guarded';
const PAIRS: readonly (readonly [string, string])[] = [
  [GUARDED, PLAIN],
  [BOTH, CLIPPED],
];

interface Case {
  readonly name: string;
  readonly elements: number;
  readonly outcome: Outcome;
}

export function guard({ quick, effort, progress }: Session): GroupReport {
  const all = threads();
  const cases = (quick ? QUICK_SIZES : SIZES).flatMap((elements) => {
    return (all > 1 ? [1, all] : [1]).map((count): Case => {
      const name = `${formatCount(elements)}, ${count} ${count === 1 ? 'thread' : 'threads'}`;
      progress(`guarded step of ${name}`);
      globalThis.gc?.();
      setThreads(count);
      return { name, elements, outcome: race(contestants(elements), effort) };
    });
  });
  setThreads(all);
  const ratios = cases.flatMap(({ name, outcome }) => {
    return PAIRS.map(
      ([a, b]): Ratio => ({ group: GROUP, case: name, name: `${a} ÷ ${b}`, value: outcome.ratio(a, b) }),
    );
  });
  return {
    title: `Steps whose gradients must be finite, applyGradients on ${isa()}`,
    notes: [
      "guarded: nonFinite 'skip'. With clipnorm the sums of squares that norms are taken from say it, too.",
      'clipnorm is so large that nothing is clipped.',
    ],
    tables: [
      {
        heading: 'time of a step',
        columns: ['elements', ...cases[0].outcome.names, ...PAIRS.map(([a, b]) => `${a} ÷ ${b}`)],
        rows: cases.map(({ name, outcome }) => [
          name,
          ...outcome.names.map((contestant) => formatTime(outcome.time(contestant).median)),
          ...PAIRS.map(([a, b]) => formatRatio(outcome.ratio(a, b).median)),
        ]),
      },
    ],
    results: cases.flatMap(({ name, elements, outcome }): Result[] => resultsOf(GROUP, name, outcome, elements)),
    ratios,
    targets: [],
  };
}

/** All step the same variable by the same gradient. */
function contestants(elements: number): Contestant[] {
  const { variable, grad, optimizer } = settledProblem(elements);
  const pairs = [[grad, variable]] as const;
  const settings = [
    { name: PLAIN },
    { name: GUARDED, nonFinite: 'skip' as const },
    { name: CLIPPED, clipnorm: 1e9 },
    { name: BOTH, clipnorm: 1e9, nonFinite: 'skip' as const },
  ];
  return settings.map(({ name, ...options }): Contestant => {
    // The slots are those of one optimizer, so that none has a better place in the caches.
    const prepare = () => {
      optimizer.nonFinite = options.nonFinite ?? 'propagate';
      optimizer.clipnorm = options.clipnorm;
    };
    const run = (times: number) => {
      for (let i = 0; i < times; i++) optimizer.applyGradients(pairs);
    };
    return { name, prepare, run };
  });
}
