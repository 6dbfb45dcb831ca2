import { join } from 'node:path';
import type { CheckpointOptions } from '../shared/cli/checkpoints.js';
import { CHECKPOINT_EVERY, givenOptions, usageOf, wholeNumber } from '../shared/cli/options.js';
import { UsageError } from '../shared/cli/usage-error.js';
import { PARTS } from './parts.js';
import type { TrainingOptions } from './train.js';

/** Everything the command line says. */
export interface Options extends TrainingOptions {
  /** What the replicas of one training are; undefined for all that there is to show. */
  readonly kind: 'threads' | 'processes' | undefined;
  readonly replicas: number;
  readonly shardState: boolean;
  /** How many digits to train on. */
  readonly digits: number;
  /** The folder for what the program leaves. */
  readonly out: string;
  readonly checkpoints: CheckpointOptions;
  readonly help: boolean;
}

const NUMBERS = {
  epochs: { default: 1, least: 1, most: 1000, help: 'passes over the digits' },
  digits: { default: 60_000, least: 1, most: 60_000, help: 'how many to train on' },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1, help: 'same seed, same bytes' },
  'checkpoint-every': CHECKPOINT_EVERY,
} as const;

const DEFAULT_REPLICAS = 2;
const DEFAULT_OUT = join('out', 'distributed');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const given = givenOptions(args, {
    threads: 'flag',
    mpi: 'flag',
    replicas: 'value',
    'shard-state': 'flag',
    epochs: 'value',
    digits: 'value',
    seed: 'value',
    'checkpoint-every': 'value',
    resume: 'flag',
    out: 'folder',
  });
  const number = (name: keyof typeof NUMBERS): number => wholeNumber(name, NUMBERS[name], given.get(name));
  if (given.has('threads') && given.has('mpi')) {
    throw new UsageError('replicas are threads or processes, not both', '--threads --mpi');
  }
  const kind = given.has('threads') ? 'threads' : given.has('mpi') ? 'processes' : undefined;
  const checkpoints = { every: number('checkpoint-every'), resume: given.has('resume') };
  if (kind === undefined && checkpoints.resume) {
    throw new UsageError('--resume goes with --threads or --mpi, by which one training is run', '--resume');
  }
  return {
    kind,
    replicas: replicasOf(given.get('replicas')),
    shardState: given.has('shard-state'),
    epochs: number('epochs'),
    digits: number('digits'),
    seed: number('seed'),
    out: given.get('out') ?? DEFAULT_OUT,
    checkpoints,
    help: given.has('help'),
  };
}

function replicasOf(text = String(DEFAULT_REPLICAS)): number {
  // Each has as many of the parts of a batch, a power of two: then the sum has the same bits.
  if (['1', '2', String(PARTS)].includes(text)) return Number(text);
  throw new UsageError(`--replicas must be 1, 2 or ${PARTS}, which share ${PARTS} parts of each batch`, text);
}

/** What `--help` prints. */
export function usage(): string {
  const summary =
    'Trains a network that reads handwritten digits on many cores: by one replica, by threads, by processes, and by\n' +
    'some of which one is killed. All come to the same bits. With --threads or --mpi it does that one training only.';
  return usageOf(summary, 'npm run example:distributed -- [options]', NUMBERS, [
    ['--threads', 'one training, whose replicas are threads'],
    ['--mpi', 'one training, whose replicas are processes that mpirun starts'],
    ['--replicas N', `how many share each batch: 1, 2 or ${PARTS} (default ${DEFAULT_REPLICAS})`],
    ['--shard-state', 'each replica keeps its part of the moments only'],
    ['--resume', 'go on from what is saved in the folder, by as many replicas as you like'],
    ['--out FOLDER', `where what is saved goes (default ${DEFAULT_OUT})`],
  ]);
}
