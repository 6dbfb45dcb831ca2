import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/** What may stand behind an option: `flag` is nothing, `value` is what the program checks itself. */
export type Kind = 'flag' | 'value' | 'file' | 'folder';

/** An option that is a whole number, and what help says of it. */
export interface WholeNumber {
  readonly default: number;
  readonly least: number;
  readonly most: number;
  readonly help: string;
}

/** For trainings that save themselves. */
export const CHECKPOINT_EVERY: WholeNumber = {
  default: 0,
  least: 0,
  most: 1e9,
  help: 'steps between two savings of the training, 0 for none',
};

/**
 * Reads a command line of options only.
 * @returns what was given by name, the last where an option is given twice
 * @throws UsageError naming the option and what it was given
 */
export function givenOptions(args: readonly string[], kinds: Readonly<Record<string, Kind>>): Map<string, string> {
  // Not strict: parseArgs would answer `--epochs -5` with a paragraph on ambiguity.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.entries(kinds).map(([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') throw new UsageError('this command takes options only', token.value);
    if (token.kind === 'option') given.set(token.name, checked(token, kinds));
  }
  return given;
}

function checked(
  { name, rawName, value }: { name: string; rawName: string; value: string | undefined },
  kinds: Readonly<Record<string, Kind>>,
): string {
  if (name !== 'help' && !Object.hasOwn(kinds, name)) {
    throw new UsageError('there is no such option, --help lists them', rawName);
  }
  const kind = name === 'help' ? 'flag' : kinds[name];
  if (kind === 'value') return value ?? '';
  if (kind === 'flag') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`, value);
    return '';
  }
  // A folder called --dim is less likely than a forgotten name.
  if (value === undefined || value.trim() === '' || value.startsWith('--')) {
    throw new UsageError(`--${name} must be the name of a ${kind}`, value ?? '');
  }
  return value;
}

/** @throws UsageError naming the option, its range and what it was given */
export function wholeNumber(name: string, { default: preset, least, most }: WholeNumber, text?: string): number {
  if (text === undefined) return preset;
  const value = Number(text);
  // Digits only: Number() would also take '', '0x10', '1e3' and ' 7 '.
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`, text);
}

/** What `--help` prints: whole numbers first, then the other options as they are given. */
export function usageOf(
  summary: string,
  command: string,
  numbers: Readonly<Record<string, WholeNumber>>,
  others: readonly (readonly [option: string, help: string])[],
): string {
  const rows = [
    ...Object.entries(numbers).map(([name, { help, least, most, default: preset }]) => [
      `--${name} N`,
      `${help} (${least} to ${most}; default ${preset})`,
    ]),
    ...others,
    ['--help', 'print this'],
  ];
  const width = Math.max(...rows.map(([option]) => option.length)) + 2;
  return [summary, '', command, ...rows.map(([option, help]) => `  ${option.padEnd(width)}${help}`)].join('\n');
}
