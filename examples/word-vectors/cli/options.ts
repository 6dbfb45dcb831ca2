import { join } from 'node:path';
import type { CheckpointOptions } from '../../shared/cli/checkpoints.js';
import { CHECKPOINT_EVERY, givenOptions, usageOf, wholeNumber } from '../../shared/cli/options.js';
import { UsageError } from '../../shared/cli/usage-error.js';
import type { TrainingOptions } from '../training/train.js';

/** Everything the command line says. */
export interface Options extends TrainingOptions {
  readonly out: string;
  /** A file to train on in place of the book. */
  readonly text: string | undefined;
  readonly checkpoints: CheckpointOptions;
  readonly help: boolean;
}

const NUMBERS = {
  epochs: { default: 15, least: 1, most: 1000, help: 'passes over the text' },
  dim: { default: 64, least: 2, most: 1024, help: 'numbers in a vector' },
  window: { default: 5, least: 1, most: 100, help: 'farthest distance of a context word' },
  negative: { default: 5, least: 1, most: 100, help: 'random words each context is told apart from' },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1, help: 'same seed, same bytes' },
  'checkpoint-every': CHECKPOINT_EVERY,
} as const;

const SLOTS = ['float32', 'bfloat16'] as const;

const DEFAULT_OUT = join('out', 'word-vectors');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const given = givenOptions(args, {
    ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, 'value' as const])),
    slots: 'value',
    resume: 'flag',
    out: 'folder',
    text: 'file',
  });
  const number = (name: keyof typeof NUMBERS): number => wholeNumber(name, NUMBERS[name], given.get(name));
  return {
    epochs: number('epochs'),
    dim: number('dim'),
    window: number('window'),
    negative: number('negative'),
    seed: number('seed'),
    slots: slotDtype(given.get('slots')),
    out: given.get('out') ?? DEFAULT_OUT,
    text: given.get('text'),
    checkpoints: { every: number('checkpoint-every'), resume: given.has('resume') },
    help: given.has('help'),
  };
}

/** What `--help` prints. */
export function usage(): string {
  return usageOf('Trains word vectors on a book, by sparse Adamax steps.', 'npm start -- [options]', NUMBERS, [
    ['--slots TYPE', `how moments are stored: ${SLOTS.join(' or ')} (default ${SLOTS[0]})`],
    ['--resume', 'go on from what is saved in the folder'],
    ['--out FOLDER', `where vectors.txt, loss.svg, map.svg, report.html and what is saved go (default ${DEFAULT_OUT})`],
    ['--text FILE', 'any UTF-8 text to train on (default: Moby Dick)'],
  ]);
}

function slotDtype(text: string | undefined): (typeof SLOTS)[number] {
  if (text === undefined) return SLOTS[0];
  const known = SLOTS.find((name) => name === text);
  if (known === undefined) throw new UsageError(`--slots must be ${SLOTS.join(' or ')}`, text);
  return known;
}
