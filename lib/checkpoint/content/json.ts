/** JSON that is saved: only what is read again as it was, since `JSON.stringify` changes the rest in silence. */
import { rangeError, wrongType, wrongValue } from '../../arguments/errors.js';
import { LONGEST } from '../format/header.js';

/** Whatever `JSON.stringify` keeps. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** How messages speak of what is to be JSON, and what it may be. */
export interface JsonKind {
  /** What a message calls the value at a path, such as `.a[0]`. */
  readonly nameOf: (path: string) => string;
  readonly value: string;
  readonly number: string;
  /** Whether a member that is undefined is left out: who reads the copy finds undefined there again. */
  readonly mayLack: boolean;
}

const DEEPEST = 100;

/**
 * A copy in which everything is as it will be read.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function copyOfJson(kind: JsonKind, path: string, value: unknown, depth = 0): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw wrongValue(kind.nameOf(path), kind.number, value);
    return value;
  }
  if (depth === DEEPEST) throw wrongValue(kind.nameOf(path), `nested at most ${DEEPEST} deep`, value);
  if (Array.isArray(value)) return Array.from(value, (item, i) => copyOfJson(kind, `${path}[${i}]`, item, depth + 1));
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw wrongType(kind.nameOf(path), kind.value, value);
  }
  const copy: Record<string, Json> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined || !kind.mayLack) copy[key] = copyOfJson(kind, `${path}.${key}`, item, depth + 1);
  }
  return copy;
}

/**
 * The text of some JSON, as metadata have it.
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE` for more than a header has room for
 */
export function textOfJson(argument: string, json: object): string {
  let text: string | null;
  try {
    text = JSON.stringify(json);
  } catch {
    text = null; // it is longer than a string can be
  }
  if (text !== null && text.length <= LONGEST) return text;
  const length = text === null ? 'more than a string has room for' : `${text.length} of them`;
  const expected = `${argument} must be at most ${LONGEST} characters of JSON, since a header is no longer`;
  throw rangeError('ERR_ADAMAX_ARG_VALUE', `${expected} (typed arrays have a place of their own): received ${length}`);
}
