/**
 * This is measure.ts for contestants in processes of their own: it has the same turns, medians and ratios within
 * rounds. Only one process works at a time. Contestants that take long leave after fewer rounds, so that nobody waits
 * for them all the time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Outcome } from '../measure.js';
import { generator, shuffle } from '../random.js';

export interface Entrant {
  readonly name: string;
  /** Nanoseconds of `times` steps, after `before` steps that do not count. */
  run(times: number, before: number): Promise<number>;
}

/** How long to measure one entrant, in nanoseconds. */
export interface Pace {
  readonly warmup: number;
  readonly batch: number;
  readonly budget: number;
  readonly minRounds: number;
  readonly maxRounds: number;
}

export const FULL_PACE: Pace = { warmup: 150e6, batch: 4e6, budget: 0.5e9, minRounds: 5, maxRounds: 25 };
export const QUICK_PACE: Pace = { warmup: 100e6, batch: 2e6, budget: 0.12e9, minRounds: 3, maxRounds: 15 };

/** A step of more than so many nanoseconds finds nothing in a cache that others could have taken from it. */
const LONG_STEP = 20e6;
/** After so many milliseconds whoever worked before has stopped spinning. */
const PAUSE = 1.5;

/**
 * @param anchors - names of the entrants that stay until the end: the others are compared with them
 * @param failed - told of an entrant that fails; the race goes on without it
 */
export async function raceWorkers(
  entrants: readonly Entrant[],
  anchors: readonly string[],
  pace: Pace,
  failed: (name: string, error: unknown) => void,
): Promise<Outcome> {
  const runners: Runner[] = [];
  for (const entrant of entrants) {
    const runner = new Runner(entrant, pace, failed);
    await runner.warmUp();
    if (!runner.failed) runners.push(runner);
  }
  const guests = runners.filter(({ name }) => !anchors.includes(name));
  const waitedFor = guests.length > 0 ? guests : runners;
  const random = generator(1);
  const order = runners.map((_, i) => i);
  while (waitedFor.some((runner) => runner.isActive)) {
    shuffle(order, random);
    for (const i of order) await runners[i].takeTurn(anchors.includes(runners[i].name));
  }
  return new Outcome(runners.filter((runner) => !runner.failed));
}

class Runner {
  readonly name: string;
  /** NaN for a round it sat out. */
  readonly samples: number[] = [];
  failed = false;
  readonly #entrant: Entrant;
  readonly #pace: Pace;
  readonly #report: (name: string, error: unknown) => void;
  #times = 1;
  #before = 0;
  #rounds = 0;
  #spent = 0;

  constructor(entrant: Entrant, pace: Pace, report: (name: string, error: unknown) => void) {
    this.name = entrant.name;
    this.#entrant = entrant;
    this.#pace = pace;
    this.#report = report;
  }

  get isActive(): boolean {
    const { minRounds, maxRounds, budget } = this.#pace;
    return !this.failed && this.#rounds < maxRounds && (this.#rounds < minRounds || this.#spent < budget);
  }

  /** Runs the entrant until it is compiled, and finds how many steps make a batch. */
  async warmUp(): Promise<void> {
    const { warmup, batch } = this.#pace;
    let fastest = Infinity;
    for (let spent = 0, times = 1; spent < warmup; ) {
      const ns = await this.#run(times, 0);
      if (this.failed) return;
      spent += ns;
      fastest = Math.min(fastest, ns / times);
      if (ns < batch / 2) times *= 2;
    }
    this.#times = Math.max(1, Math.round(batch / fastest));
    this.#before = fastest > LONG_STEP ? 0 : Math.ceil(this.#times / 4);
  }

  async takeTurn(stays: boolean): Promise<void> {
    if (this.failed || !(stays || this.isActive)) {
      this.samples.push(Number.NaN);
      return;
    }
    await sleep(PAUSE);
    const ns = await this.#run(this.#times, this.#before);
    this.samples.push(ns / this.#times);
    this.#spent += ns;
    this.#rounds++;
  }

  async #run(times: number, before: number): Promise<number> {
    try {
      return await this.#entrant.run(times, before);
    } catch (error) {
      this.failed = true;
      this.#report(this.name, error);
      return Number.NaN;
    }
  }
}
