import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../shared/cli/usage-error.js';
import type { TrainingOptions } from '../training/train.js';

/** Everything the command line says. */
export interface Options extends TrainingOptions {
  readonly out: string;
  /** A file to train on in place of the book. */
  readonly text: string | undefined;
  readonly help: boolean;
}

const NUMBERS = {
  epochs: { default: 15, least: 1, most: 1000, help: 'passes over the text' },
  dim: { default: 64, least: 2, most: 1024, help: 'numbers in a vector' },
  window: { default: 5, least: 1, most: 100, help: 'farthest distance of a context word' },
  negative: { default: 5, least: 1, most: 100, help: 'random words each context is told apart from' },
  seed: { default: 1, least: 0, most: 2 ** 32 - 1, help: 'same seed, same bytes' },
} as const;

const SLOTS = ['float32', 'bfloat16'] as const;

const DEFAULT_OUT = join('out', 'word-vectors');

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  // Not strict: parseArgs would answer `--epochs -5` with a paragraph on ambiguity.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, text])),
      slots: text,
      out: text,
      text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError('this command takes options only', token.value);
    if (token.kind === 'option') given.set(token.name, checked(token));
  }
  const number = (name: keyof typeof NUMBERS): number => wholeNumber(name, given.get(name));
  return {
    epochs: number('epochs'),
    dim: number('dim'),
    window: number('window'),
    negative: number('negative'),
    seed: number('seed'),
    slots: slotDtype(given.get('slots')),
    out: given.get('out') ?? DEFAULT_OUT,
    text: given.get('text'),
    help: given.has('help'),
  };
}

/** What `--help` prints. */
export function usage(): string {
  const numbers = Object.entries(NUMBERS).map(([name, { help, ...number }]) => [
    `--${name} N`,
    `${help} (${number.least} to ${number.most}; default ${number.default})`,
  ]);
  const rows = [
    ...numbers,
    ['--slots TYPE', `how moments are stored: ${SLOTS.join(' or ')} (default ${SLOTS[0]})`],
    ['--out FOLDER', `where vectors.txt, loss.svg and map.svg go (default ${DEFAULT_OUT})`],
    ['--text FILE', 'any UTF-8 text to train on (default: Moby Dick)'],
    ['--help', 'print this'],
  ];
  return [
    'Trains word vectors on a book, by sparse Adamax steps.',
    '',
    'npm start -- [options]',
    ...rows.map(([option, help]) => `  ${option.padEnd(14)}${help}`),
  ].join('\n');
}

function checked(token: { name: string; rawName: string; value: string | undefined }): string {
  const { name, rawName, value } = token;
  if (name === 'help') return '';
  if (!['out', 'text', 'slots'].includes(name) && !Object.hasOwn(NUMBERS, name)) {
    throw new UsageError('there is no such option, --help lists them', rawName);
  }
  if (name === 'slots' || Object.hasOwn(NUMBERS, name)) return value ?? '';
  // A folder called --dim is less likely than a forgotten name.
  if (value === undefined || value.trim() === '' || value.startsWith('--')) {
    throw new UsageError(`--${name} must be the name of a ${name === 'text' ? 'file' : 'folder'}`, value ?? '');
  }
  return value;
}

function slotDtype(text: string | undefined): (typeof SLOTS)[number] {
  if (text === undefined) return SLOTS[0];
  const known = SLOTS.find((name) => name === text);
  if (known === undefined) throw new UsageError(`--slots must be ${SLOTS.join(' or ')}`, text);
  return known;
}

function wholeNumber(name: keyof typeof NUMBERS, text: string | undefined): number {
  const { default: preset, least, most } = NUMBERS[name];
  if (text === undefined) return preset;
  const value = Number(text);
  // Digits only: Number() would also take '', '0x10', '1e3' and ' 7 '.
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`, text);
}
