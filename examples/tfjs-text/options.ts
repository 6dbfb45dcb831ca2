import { join } from 'node:path';
import type { CheckpointOptions } from '../shared/cli/checkpoints.js';
import { CHECKPOINT_EVERY, givenOptions, usageOf, wholeNumber } from '../shared/cli/options.js';
import { OPTIMIZER_HELP, optimizerOf } from '../shared/tfjs/options.js';
import type { TrainingOptions } from '../shared/tfjs/train.js';
import type { TableOptions } from './train.js';

/** Everything the command line says. */
export interface Options extends TrainingOptions, TableOptions {
  /** How many chapters to tell apart. */
  readonly chapters: number;
  /** The folder for what the program leaves. */
  readonly out: string;
  readonly checkpoints: CheckpointOptions;
  readonly help: boolean;
}

const NUMBERS = {
  epochs: { default: 8, least: 1, most: 1000, help: 'passes over the book' },
  rows: { default: 2 ** 18, least: 1, most: 2 ** 22, help: 'rows of the table' },
  dim: { default: 32, least: 1, most: 256, help: 'numbers in a row' },
  chapters: { default: 135, least: 2, most: 135, help: 'how many to tell apart' },
  seed: { default: 1, least: 0, most: 2 ** 24, help: 'same seed, same bytes' },
  'checkpoint-every': CHECKPOINT_EVERY,
} as const;

const DEFAULT_OUT = join('out', 'tfjs-text');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const given = givenOptions(args, {
    epochs: 'value',
    rows: 'value',
    dim: 'value',
    chapters: 'value',
    seed: 'value',
    optimizer: 'value',
    'checkpoint-every': 'value',
    resume: 'flag',
    out: 'folder',
  });
  const number = (name: keyof typeof NUMBERS): number => wholeNumber(name, NUMBERS[name], given.get(name));
  const checkpoints = { every: number('checkpoint-every'), resume: given.has('resume') };
  return {
    epochs: number('epochs'),
    rows: number('rows'),
    dim: number('dim'),
    chapters: number('chapters'),
    seed: number('seed'),
    optimizer: optimizerOf(given.get('optimizer'), checkpoints),
    out: given.get('out') ?? DEFAULT_OUT,
    checkpoints,
    help: given.has('help'),
  };
}

/** What `--help` prints. */
export function usage(): string {
  const summary =
    'Trains a model of TensorFlow.js with a large table to tell the chapters of Moby Dick apart, in plain Node.';
  return usageOf(summary, 'npm run example:tfjs-text -- [options]', NUMBERS, [
    OPTIMIZER_HELP,
    ['--resume', 'go on from what is saved in the folder'],
    ['--out FOLDER', `where guesses.svg and what is saved go (default ${DEFAULT_OUT})`],
  ]);
}
