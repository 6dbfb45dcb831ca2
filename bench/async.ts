/** Steps off the event loop: what they leave of it to others, and what the way there costs. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { threads } from 'adamax/kernels';
import { formatCount, formatRatio, formatTime } from './format.js';
import type { GroupReport, Result, Session } from './group.js';
import { availableMemory, memoryNeeded } from './machine.js';
import { now, type Spread, spread } from './measure.js';
import { settledProblem } from './problem.js';

const GROUP = 'async';
const LARGE = 2 ** 26;
const QUICK_LARGE = 2 ** 22;
/** Bytes of an element in all arrays. */
const HELD = 16;
/** Milliseconds from one look at the event loop to the next: what a look is late by is the delay. */
const RESOLUTION = 1;
/** How long the event loop is watched, in milliseconds. */
const WATCHED = 5000;
const QUICK_WATCHED = 500;
const SIZES = [2 ** 14, 2 ** 16, 2 ** 17, 2 ** 18, 2 ** 20, 2 ** 22];

export async function offLoop({ quick, progress }: Session): Promise<GroupReport> {
  const wanted = quick ? QUICK_LARGE : LARGE;
  const elements = memoryNeeded(wanted * HELD) > availableMemory() ? QUICK_LARGE : wanted;
  progress(`event loop while ${formatCount(elements)} elements step`);
  const problem = settledProblem(elements);
  const { optimizer, variable, grad } = problem;
  const pairs = [[grad, variable]] as const;
  const watched = quick ? QUICK_WATCHED : WATCHED;
  const idle = await watch(watched, () => sleep(50));
  const off = await watch(watched, () => optimizer.applyGradientsAsync(pairs));
  const blocking = await watch(watched, async () => {
    optimizer.applyGradients(pairs);
    await sleep(0);
  });
  const ways = await waysOf(quick ? SIZES.slice(0, 3) : SIZES, progress);
  const rows: [string, Delays][] = [
    ['nothing', idle],
    ['applyGradientsAsync', off],
    ['applyGradients', blocking],
  ];
  return {
    title: `Off the event loop, ${threads()} threads`,
    notes: [
      'delay: how late a timer of 1 ms was, by monitorEventLoopDelay of Node.js.',
      'A step off the event loop leaves it a core: it runs on one thread less, but on one at least.',
      `steps of ${formatCount(elements)} elements, one after another.`,
    ],
    tables: [
      {
        heading: 'delay of the event loop meanwhile',
        columns: ['', 'median', 'p99', 'longest', 'steps taken'],
        rows: rows.map(([name, { p50, p99, most, steps }]) => [
          name,
          ...[p50, p99, most].map(formatTime),
          String(steps),
        ]),
      },
      {
        heading: 'a step and its way there and back, where the rest of the loop is idle',
        columns: ['elements', 'applyGradients', 'applyGradientsAsync', 'ratio'],
        rows: ways.map(({ size, sync, async }) => [
          formatCount(size),
          formatTime(sync.median),
          formatTime(async.median),
          formatRatio(async.median / sync.median),
        ]),
      },
    ],
    results: ways.flatMap(({ size, sync, async }): Result[] => [
      { group: GROUP, case: formatCount(size), contestant: 'applyGradients', ns: sync, rounds: 1, elements: size },
      {
        group: GROUP,
        case: formatCount(size),
        contestant: 'applyGradientsAsync',
        ns: async,
        rounds: 1,
        elements: size,
      },
    ]),
    ratios: [],
    targets: [
      {
        what: `event loop delay while ${formatCount(elements)} elements step off it, p99`,
        measured: off.p99 / 1e6,
        bound: 2,
        sense: 'below',
        unit: 'ms',
      },
    ],
  };
}

interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly steps: number;
}

/** Delays of the event loop, in nanoseconds, while `step` is taken again and again. */
async function watch(milliseconds: number, step: () => Promise<unknown>): Promise<Delays> {
  await step();
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  let steps = 0;
  for (const end = now() + milliseconds * 1e6; now() < end; steps++) await step();
  histogram.disable();
  const late = (ns: number): number => Math.max(0, ns - RESOLUTION * 1e6);
  return { p50: late(histogram.percentile(50)), p99: late(histogram.percentile(99)), most: late(histogram.max), steps };
}

interface Way {
  readonly size: number;
  readonly sync: Spread;
  readonly async: Spread;
}

async function waysOf(sizes: readonly number[], progress: (text: string) => void): Promise<Way[]> {
  const ways: Way[] = [];
  for (const size of sizes) {
    progress(`way off the event loop with ${formatCount(size)} elements`);
    const { optimizer, variable, grad } = settledProblem(size);
    const pairs = [[grad, variable]] as const;
    const sync: number[] = [];
    const async: number[] = [];
    for (let round = 0; round < 300 && round * size < 2 ** 28; round++) {
      let start = now();
      optimizer.applyGradients(pairs);
      sync.push(now() - start);
      start = now();
      await optimizer.applyGradientsAsync(pairs);
      async.push(now() - start);
    }
    ways.push({ size, sync: spread(sync), async: spread(async) });
  }
  return ways;
}
