import { join } from 'node:path';
import type { CheckpointOptions } from '../shared/cli/checkpoints.js';
import { CHECKPOINT_EVERY, givenOptions, usageOf, wholeNumber } from '../shared/cli/options.js';
import { OPTIMIZER_HELP, optimizerOf } from '../shared/tfjs/options.js';
import type { TrainingOptions } from '../shared/tfjs/train.js';

/** Everything the command line says. */
export interface Options extends TrainingOptions {
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
  seed: { default: 1, least: 0, most: 2 ** 24, help: 'same seed, same bytes' },
  'checkpoint-every': CHECKPOINT_EVERY,
} as const;

const DEFAULT_OUT = join('out', 'tfjs-digits');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const given = givenOptions(args, {
    epochs: 'value',
    digits: 'value',
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
    digits: number('digits'),
    seed: number('seed'),
    optimizer: optimizerOf(given.get('optimizer'), checkpoints),
    out: given.get('out') ?? DEFAULT_OUT,
    checkpoints,
    help: given.has('help'),
  };
}

/** What `--help` prints. */
export function usage(): string {
  const summary = 'Trains a convolutional network of TensorFlow.js that reads handwritten digits, in plain Node.';
  return usageOf(summary, 'npm run example:tfjs-digits -- [options]', NUMBERS, [
    OPTIMIZER_HELP,
    ['--resume', 'go on from what is saved in the folder'],
    ['--out FOLDER', `where accuracy.svg, misread.svg and what is saved go (default ${DEFAULT_OUT})`],
  ]);
}
