/** What replicas are told to measure, and what each of them reports. */
import type { Collective } from '#internals';

/** Nanoseconds of a run in each round, by contestant, as one replica has them. */
export type Timings = Readonly<Record<string, readonly number[]>>;

/** How long a race of replicas takes, in nanoseconds, and how many rounds it has. */
export interface Pace {
  readonly warmup: number;
  readonly batch: number;
  readonly budget: number;
  readonly minRounds: number;
  readonly maxRounds: number;
}

/** Steps of one variable. */
export interface StepsTask {
  readonly kind: 'steps';
  readonly elements: number;
  readonly pace: Pace;
  /** Contestants; all that there are where it is left out. */
  readonly only?: readonly string[];
}

/** Sums of arrays of some lengths. */
export interface SumsTask {
  readonly kind: 'sums';
  readonly lengths: readonly number[];
  readonly pace: Pace;
}

/** What replicas say to each other before a step of small variables. */
export interface AgreementTask {
  readonly kind: 'agreement';
  readonly variables: number;
  readonly elements: number;
  readonly pace: Pace;
}

/** How late timers are while steps are taken off the event loop. */
export interface DelaysTask {
  readonly kind: 'delays';
  readonly elements: number;
  readonly milliseconds: number;
}

/** Resident memory of an optimizer. */
export interface MemoryTask {
  readonly kind: 'memory';
  readonly elements: number;
  readonly shardState: boolean;
  /** Whether replicas sum their gradients, rather than be given the sum: a sum takes memory, too. */
  readonly sums: boolean;
}

export type Task = StepsTask | SumsTask | AgreementTask | DelaysTask | MemoryTask;

/** Nanoseconds by which timers were late. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly steps: number;
}

export interface Reports {
  readonly steps: Timings;
  readonly sums: Timings;
  readonly agreement: Timings;
  /** By what was done meanwhile. */
  readonly delays: Readonly<Record<string, Delays>>;
  /** Bytes that came with an optimizer and its first step. */
  readonly memory: number;
}

export type Tasks = {
  readonly [K in Task['kind']]: (
    collective: Collective,
    task: Extract<Task, { kind: K }>,
  ) => Reports[K] | Promise<Reports[K]>;
};

/** Contestants of the steps. */
export const STEPS = {
  alone: 'plain step, in one replica only',
  plain: 'plain step, in all replicas at once',
  traffic: 'memory traffic of a step, in all replicas at once',
  ours: 'summed and stepped bucket by bucket',
  whole: 'all summed, then all stepped',
  sharded: 'sharded state (ZeRO-1)',
  async: 'off the event loop',
  mpi: 'by MPI_Allreduce, bucket by bucket',
  mpiWhole: 'by MPI_Allreduce in buckets, then all stepped',
  mpiOnce: 'by one MPI_Allreduce, then all stepped',
} as const;

/** Contestants of the agreement. */
export const AGREEMENT = {
  plain: 'plain step, in all replicas at once',
  step: 'step with a strategy',
  agreement: 'the agreement alone',
  gather: 'a bare gather of as many bytes',
} as const;

export const DELAYS = {
  nothing: 'nothing',
  plain: 'plain steps off the event loop',
  steps: 'exchanges and steps off the event loop',
} as const;
