/** What `adamax import` may be told beside its files: options of `importKeras` and `importTorch`, as flags. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describe } from '../arguments/errors.js';

type Library = 'Keras' | 'PyTorch';

interface Flag {
  /** What stands for its value. */
  readonly value: string;
  readonly what: string;
  /** Whose files it is for. */
  readonly of: readonly Library[];
  read(name: string, text: string): unknown;
}

const FLAGS: Readonly<Record<string, Flag>> = {
  optimizer: {
    value: 'NAME',
    what: 'the class of the optimizer, where the file does not tell: Adamax',
    of: ['Keras', 'PyTorch'],
    read: (_, text) => text,
  },
  config: {
    value: 'JSON',
    what: 'keys that take the place of those in the file, or the name of a .json file of them',
    of: ['Keras', 'PyTorch'],
    read(name, text) {
      const value = jsonOf(name, text);
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
      throw misread(name, 'a JSON object, or a file of one', text);
    },
  },
  trainable: {
    value: 'NAMES',
    what: 'what Keras trains, in its order: a,b or a JSON list, or the name of a .json file of one',
    of: ['Keras'],
    read: namesOf,
  },
  timeout: {
    value: 'MS',
    what: 'milliseconds after which a file that is still being read is taken for a damaged one',
    of: ['Keras'],
    read: numberOf,
  },
  group: {
    value: 'N',
    what: 'the group of parameters, from 0, where they have other options than the others',
    of: ['PyTorch'],
    read: numberOf,
  },
  names: {
    value: 'NAMES',
    what: 'names of the parameters, in the order of the optimizer, where the file does not tell',
    of: ['PyTorch'],
    read: namesOf,
  },
  model: {
    value: 'FILE',
    what: 'a .safetensors file with the parameters, where they are not in the same one',
    of: ['PyTorch'],
    read: (_, text) => text,
  },
};

/** A line for each. */
export function flagsText(): string {
  const lines = Object.entries(FLAGS).map(([name, { value, what, of }]) => {
    return `  ${`--${name} ${value}`.padEnd(19)}  ${what}${of.length === 1 ? ` (${of[0]})` : ''}\n`;
  });
  return lines.join('');
}

/** What a command line asks for. */
export interface ImportRequest {
  readonly from: string;
  readonly to: string;
  readonly library: Library;
  readonly options: Readonly<Record<string, unknown>>;
}

/** @returns null where there is no such command line. @throws Error for a value that is none */
export function importRequest(args: readonly string[]): ImportRequest | null {
  const parsed = parsedBy(args);
  if (parsed === null || parsed.positionals.length !== 2) return null;
  const [from, to] = parsed.positionals;
  const library = /\.(keras|h5|hdf5)$/i.test(from) ? 'Keras' : 'PyTorch';
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(parsed.values)) {
    const { of, read } = FLAGS[name];
    if (!of.includes(library)) throw misread(name, `left out of an import from ${library}`, from);
    options[name] = read(name, text as string);
  }
  return { from, to, library, options };
}

function parsedBy(args: readonly string[]) {
  const options = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' } as const]));
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    return null;
  }
}

/** What is not JSON itself is the name of a file of it. */
function jsonOf(name: string, text: string): unknown {
  const isText = /^\s*[[{]/.test(text);
  try {
    return JSON.parse(isText ? text : readFileSync(text, 'utf8'));
  } catch (error) {
    throw misread(name, isText ? 'JSON' : 'JSON, or a file of it', error);
  }
}

function namesOf(name: string, text: string): unknown {
  if (!/^\s*\[|\.json$/i.test(text)) return text.split(',').map((one) => one.trim());
  const value = jsonOf(name, text);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw misread(name, 'names, a,b or a JSON list of them', text);
}

function numberOf(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw misread(name, 'a whole number', text);
}

function misread(name: string, expected: string, received: unknown): Error {
  return new Error(`--${name} must be ${expected}: received ${describe(received)}`);
}

/** How messages of the library speak of its options, and what that is as flags. */
const WORDS: readonly (readonly [said: RegExp, asFlag: string])[] = [
  [new RegExp(`^(${Object.keys(FLAGS).join('|')}) must`), '--$1 must'],
  [/\{ optimizer: '(\w+)' \}/, '--optimizer $1'],
  [/\(group: (\d+) /, '(--group $1 '],
  [/\(config: \{ (\w+): (\w+) \} /, `(--config '{"$1": $2}' `],
  [/^(config\.(\w+) must be off or left out),/, `$1 (--config '{"$2": null}' leaves it out),`],
  [/\(timeout\)/, '(--timeout)'],
];

/** @param message - of an error of `importKeras` or `importTorch` */
export function inFlags(message: string): string {
  return WORDS.reduce((text, [said, asFlag]) => text.replace(said, asFlag), message);
}
