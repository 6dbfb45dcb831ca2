import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../shared/cli/usage-error.js';

const NUMBERS = { epochs: { default: 20, least: 1, most: 1000 }, seed: { default: 1, least: 0, most: 2 ** 32 - 1 } };
const DEFAULT_OUT = join('out', 'classifier');

/** Everything the command line says. */
export interface Options {
  readonly epochs: number;
  readonly seed: number;
  /** The folder for what the program leaves. */
  readonly out: string;
}

/** @throws UsageError naming the option and what it was given */
export function parseOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const values = parsed(() => parseArgs({ args: [...args], options: { epochs: text, seed: text, out: text } }).values);
  if (values.out === '') throw new UsageError('--out must be the name of a folder', '');
  return {
    epochs: wholeNumber('epochs', values.epochs),
    seed: wholeNumber('seed', values.seed),
    out: values.out ?? DEFAULT_OUT,
  };
  function parsed<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      throw new UsageError((error as Error).message, args.join(' '));
    }
  }
}

function wholeNumber(name: keyof typeof NUMBERS, text: string | undefined): number {
  const { default: preset, least, most } = NUMBERS[name];
  if (text === undefined) return preset;
  const value = Number(text);
  // Digits only: Number() would also take '', '0x10', '1e3' and ' 7 '.
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`, text);
}
