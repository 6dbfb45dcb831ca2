import { join } from 'node:path';
import type { CheckpointOptions } from '../shared/cli/checkpoints.js';
import { CHECKPOINT_EVERY, givenOptions, usageOf, wholeNumber } from '../shared/cli/options.js';
import type { TrainingOptions } from './train.js';

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
  epochs: { default: 5, least: 1, most: 1000, help: 'passes over the digits' },
  digits: { default: 60_000, least: 1, most: 60_000, help: 'how many to train on' },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1, help: 'same seed, same bytes' },
  'checkpoint-every': CHECKPOINT_EVERY,
} as const;

const DEFAULT_OUT = join('out', 'classifier');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const given = givenOptions(args, {
    epochs: 'value',
    digits: 'value',
    seed: 'value',
    'checkpoint-every': 'value',
    resume: 'flag',
    out: 'folder',
  });
  const number = (name: keyof typeof NUMBERS): number => wholeNumber(name, NUMBERS[name], given.get(name));
  return {
    epochs: number('epochs'),
    digits: number('digits'),
    seed: number('seed'),
    out: given.get('out') ?? DEFAULT_OUT,
    checkpoints: { every: number('checkpoint-every'), resume: given.has('resume') },
    help: given.has('help'),
  };
}

/** What `--help` prints. */
export function usage(): string {
  const summary = 'Trains a network that reads handwritten digits, by Adamax steps.';
  return usageOf(summary, 'npm run example:classifier -- [options]', NUMBERS, [
    ['--resume', 'go on from what is saved in the folder'],
    ['--out FOLDER', `where accuracy.svg, report.html and what is saved go (default ${DEFAULT_OUT})`],
  ]);
}
