/**
 * Times contestants against each other on a machine that others use at the same time.
 *
 * All contestants of a race run in turn, round after round, in an order that changes each time; what disturbs the
 * machine for longer than a round disturbs all of them. Numbers are medians over the rounds, ratios are medians of the
 * ratios *within* a round, so that a slow minute cancels out.
 */
import { generator, shuffle } from './random.js';

/** Something that can take the same step again and again. */
export interface Contestant {
  readonly name: string;
  /** Runs before each batch of `times` steps, outside the clock: chooses an implementation, lays out fresh inputs. */
  prepare?(times: number): void;
  /** Takes `times` steps. Each contestant has a loop of its own, so that no call site is shared and megamorphic. */
  run(times: number): void;
}

/** How long to measure, in nanoseconds. */
export interface Effort {
  /** Each contestant runs this long before it counts, so that the engine has compiled it for good. */
  readonly warmup: number;
  /** Length of a batch: far above the clock's own cost, well below a slice of the scheduler. */
  readonly batch: number;
  /** A race ends when this is used up and `minRounds` are done, or after `maxRounds`. */
  readonly budget: number;
  readonly minRounds: number;
  readonly maxRounds: number;
}

export const FULL: Effort = { warmup: 80e6, batch: 0.4e6, budget: 3.5e9, minRounds: 21, maxRounds: 151 };
export const QUICK: Effort = { warmup: 25e6, batch: 0.2e6, budget: 0.25e9, minRounds: 5, maxRounds: 25 };

/** Nanoseconds per step of one contestant, one sample a round; NaN where it took no part. */
export interface Timing {
  readonly name: string;
  readonly samples: readonly number[];
}

/** A middle value with the quartiles around it. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** The timings of a race, by the names of the contestants. */
export class Outcome {
  readonly #timings: ReadonlyMap<string, Timing>;

  constructor(timings: readonly Timing[]) {
    this.#timings = new Map(timings.map((timing) => [timing.name, timing]));
  }

  /** Joins the outcomes of races one behind another; their contestants need not be the same. */
  static joined(outcomes: readonly Outcome[]): Outcome {
    const names = [...new Set(outcomes.flatMap((outcome) => outcome.names))];
    const missing = (outcome: Outcome): number[] =>
      new Array(outcome.#rounds(outcome.names[0]).length).fill(Number.NaN);
    const samplesOf = (name: string): number[] => {
      return outcomes.flatMap((outcome) => (outcome.has(name) ? outcome.#rounds(name) : missing(outcome)));
    };
    return new Outcome(names.map((name) => ({ name, samples: samplesOf(name) })));
  }

  get names(): string[] {
    return [...this.#timings.keys()];
  }

  has(name: string): boolean {
    return this.#timings.has(name);
  }

  /** The samples of the rounds that the contestant took part in. */
  samples(name: string): readonly number[] {
    return this.#rounds(name).filter((ns) => !Number.isNaN(ns));
  }

  /** Nanoseconds per step. */
  time(name: string): Spread {
    return spread(this.samples(name));
  }

  /** How many times as long `a` takes as `b`, from pairs of the same round. */
  ratio(a: string, b: string): Spread {
    const divisors = this.#rounds(b);
    const ratios = this.#rounds(a).map((ns, round) => ns / divisors[round]);
    return spread(ratios.filter((ratio) => !Number.isNaN(ratio)));
  }

  /** How many nanoseconds longer `a` takes than `b`, from pairs of the same round. */
  difference(a: string, b: string): Spread {
    const others = this.#rounds(b);
    const differences = this.#rounds(a).map((ns, round) => ns - others[round]);
    return spread(differences.filter((ns) => !Number.isNaN(ns)));
  }

  #rounds(name: string): readonly number[] {
    const timing = this.#timings.get(name);
    if (timing === undefined) throw new Error(`no contestant is called '${name}'`);
    return timing.samples;
  }
}

export function race(contestants: readonly Contestant[], effort: Effort): Outcome {
  const random = generator(1);
  // Calibration runs twice, since the engine throws away what the first pass compiles for some contestants when it
  // meets the types of others.
  for (const contestant of contestants) calibrate(contestant, effort);
  const times = contestants.map((contestant) => calibrate(contestant, effort));
  const timings = contestants.map(({ name }) => ({ name, samples: [] as number[] }));
  const order = contestants.map((_, i) => i);
  const end = now() + effort.budget;
  for (let round = 0; round < effort.maxRounds && (round < effort.minRounds || now() < end); round++) {
    shuffle(order, random);
    for (const i of order) timings[i].samples.push(timeBatch(contestants[i], times[i]) / times[i]);
  }
  return new Outcome(timings);
}

/** Warms a contestant up, and returns how many steps make a batch of the wanted length. */
function calibrate(contestant: Contestant, effort: Effort): number {
  let times = 1;
  let fastest = Infinity;
  const end = now() + effort.warmup;
  do {
    const ns = timeBatch(contestant, times);
    fastest = Math.min(fastest, ns / times);
    if (ns < effort.batch / 2) times *= 2;
  } while (now() < end);
  return Math.max(1, Math.round(effort.batch / fastest));
}

/** Nanoseconds of a batch. One step goes before it, since the contestant before left its own data in the caches. */
function timeBatch(contestant: Contestant, times: number): number {
  contestant.prepare?.(1);
  contestant.run(1);
  contestant.prepare?.(times);
  const start = now();
  contestant.run(times);
  return now() - start;
}

/** Nanoseconds since some fixed moment. */
export function now(): number {
  return performance.now() * 1e6;
}

export function spread(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  return { low: quantile(sorted, 0.25), median: quantile(sorted, 0.5), high: quantile(sorted, 0.75) };
}

function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}
