/**
 * Races contestants that all replicas run at the same time: as measure.ts does it, but all decisions are those of the
 * first replica.
 */
import type { Collective } from '#internals';
import { now } from '../../measure.js';
import { generator, shuffle } from '../../random.js';
import type { Pace, Timings } from './task.js';

export interface Contestant {
  readonly name: string;
  /** Takes one step. */
  run(): unknown;
  /** Only the first replica runs it, while the others sleep. */
  readonly isAlone?: boolean;
}

/** A run of so many nanoseconds leaves nothing of what was in the caches before. */
const LONG = 5e6;

interface Entry {
  readonly contestant: Contestant;
  readonly samples: number[];
  times: number;
  /** Nanoseconds of a run, about. */
  about: number;
}

export async function raceTogether(
  collective: Collective,
  contestants: readonly Contestant[],
  pace: Pace,
): Promise<Timings> {
  const entries = contestants.map((contestant): Entry => ({ contestant, samples: [], times: 1, about: 0 }));
  for (const entry of entries) await calibrate(collective, entry, pace);
  const random = generator(1);
  const order = entries.map((_, i) => i);
  const begun = now();
  for (let round = 0; round < pace.maxRounds; round++) {
    const spent = told(collective, now() - begun);
    if (round >= pace.minRounds && spent > pace.budget) break;
    shuffle(order, random);
    for (const i of order) {
      const entry = entries[i];
      // Whoever ran before has left its data in the caches.
      if (entry.about < LONG) await timed(collective, entry, 1);
      entry.samples.push((await timed(collective, entry, entry.times)) / entry.times);
    }
  }
  return Object.fromEntries(entries.map(({ contestant, samples }) => [contestant.name, samples]));
}

async function calibrate(collective: Collective, entry: Entry, { warmup, batch }: Pace): Promise<void> {
  let fastest = Infinity;
  let spent = 0;
  let times = 1;
  do {
    const ns = told(collective, await timed(collective, entry, times));
    spent += ns;
    fastest = Math.min(fastest, ns / times);
    entry.about = fastest;
    if (ns < batch / 2) times *= 2;
  } while (spent < warmup);
  entry.times = Math.max(1, Math.round(batch / fastest));
}

async function timed(collective: Collective, { contestant, about }: Entry, times: number): Promise<number> {
  const { rank } = collective;
  told(collective, 0);
  if (contestant.isAlone === true && rank > 0) {
    sleep((about * times) / 1e6);
    return 0;
  }
  const start = now();
  for (let i = 0; i < times; i++) {
    const result = contestant.run();
    if (result instanceof Promise) await result;
  }
  return now() - start;
}

/** What the first replica says; nobody goes on before all have come. */
function told({ rank, size, run }: Collective, value: number): number {
  const values = new Float64Array(size);
  values[rank] = value;
  const borders = Array.from({ length: size + 1 }, (_, r) => 8 * r);
  run([{ kind: 'gather', bytes: new Uint8Array(values.buffer), borders }]);
  return values[0];
}

const SLEEP = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  if (milliseconds > 0) Atomics.wait(SLEEP, 0, 0, milliseconds);
}
