/** What `import 'adamax'` adds to the start of a process, and what the first step adds, which loads the addon. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { digits, formatTime } from './format.js';
import type { GroupReport, Session } from './group.js';
import { now, type Spread, spread } from './measure.js';

const GROUP = 'startup';
const EMPTY = fileURLToPath(new URL('startup/empty.js', import.meta.url));
const FIRST_STEP = fileURLToPath(new URL('startup/first-step.js', import.meta.url));
const IMPORT = fileURLToPath(new URL('startup/import.js', import.meta.url));

/** Pairs of child processes, in alternating order; the difference is taken within a pair. */
export function startup({ quick, progress }: Session): GroupReport {
  const pairs = quick ? 5 : 31;
  const empty: number[] = [];
  const loaded: number[] = [];
  const stepped: number[] = [];
  lifetime(FIRST_STEP); // brings the files into memory
  for (let i = 0; i < pairs; i++) {
    progress(`import, process pair ${i + 1} of ${pairs}`);
    if (i % 2 === 0) empty.push(lifetime(EMPTY));
    loaded.push(lifetime(IMPORT));
    if (i % 2 === 1) empty.push(lifetime(EMPTY));
    stepped.push(lifetime(FIRST_STEP));
  }
  const added = spread(loaded.map((ns, i) => ns - empty[i]));
  const cases: [string, Spread][] = [
    ['empty module', spread(empty)],
    ["import 'adamax'", spread(loaded)],
    ['difference', added],
    ['import and a first step', spread(stepped)],
    ['difference of that', spread(stepped.map((ns, i) => ns - empty[i]))],
  ];
  return {
    title: `Start of a process, median of ${pairs} pairs`,
    notes: ['From spawn to exit, in pairs of child processes; the difference is the median of the differences.'],
    tables: [
      {
        heading: 'life of a process',
        columns: ['', 'median', 'quartiles'],
        rows: cases.map(([name, { low, median, high }]) => [
          name,
          formatTime(median),
          `${digits(low / 1e6)} … ${formatTime(high)}`,
        ]),
      },
    ],
    results: cases.map(([contestant, ns]) => ({ group: GROUP, case: 'process', contestant, ns, rounds: pairs })),
    ratios: [],
    targets: [
      {
        what: "import 'adamax' − an empty module",
        measured: added.median / 1e6,
        bound: 10,
        sense: 'below',
        unit: 'ms',
      },
    ],
  };
}

/** Nanoseconds from spawn to exit. */
function lifetime(file: string): number {
  const start = now();
  const { status, error } = spawnSync(process.execPath, [file], { stdio: 'ignore' });
  if (status !== 0) throw new Error(`${file} did not run: ${error?.message ?? `exit status ${status}`}`);
  return now() - start;
}
