/** Checks of options objects, the same for every public constructor and method. */
import { types } from '../memory/node-util.js';
import { markedText } from './copies.js';
import { isClass } from './describe.js';
import { type Argument, describe, typeError, wrongType, wrongValue } from './errors.js';
import { pathHint, textHint } from './hints.js';
import { suggestion } from './suggestion.js';

/** Throws unless `options` is an object with no other keys than the ones named. */
export function checkOptions(argument: string, options: unknown, known: readonly string[]): void {
  checkRecord(argument, options, `an object${exampleOf(options, known)}`);
  // Inherited keys count, since they are read as well.
  for (const key in options) {
    const isEverybodys = key in Object.prototype && !Object.hasOwn(options, key);
    if (!known.includes(key) && !isEverybodys) throw unknownOption(`${argument} must`, known, key);
  }
}

/** The error for a key that nobody knows. @param subject - how the message begins */
export function unknownOption(subject: string, known: readonly string[], key: string): TypeError {
  const list = known.length > 0 ? `only have the options ${known.join(', ')}` : 'have no options';
  return typeError('ERR_ADAMAX_OPTION', `${subject} ${list}${suggestion(key, known)}: received ${describe(key)}`);
}

/**
 * Throws unless `value` is an object with a property for each key. What keeps its entries elsewhere (a `Map`, a list, a
 * buffer, a promise, an optimizer) has none, and would be taken for empty.
 */
export function checkRecord(argument: Argument, value: unknown, expected = 'an object'): asserts value is object {
  if (typeof value === 'object' && value !== null && !keepsElsewhere(value)) return;
  throw wrongType(argument, expected, value);
}

function keepsElsewhere(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return false;
  return (
    Symbol.iterator in value ||
    markedText(value) !== undefined ||
    types.isPromise(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isArrayBufferView(value) ||
    types.isBoxedPrimitive(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value)
  );
}

/** Keras takes the first one by its position. */
function exampleOf(given: unknown, known: readonly string[]): string {
  if (known.length === 0) return '';
  const hint = textHint(given);
  if (hint !== '') return ` of options${hint}`;
  const value = typeof given === 'number' || typeof given === 'string' ? describe(given) : '…';
  return ` of options, { ${known[0]}: ${value} }`;
}

export function checkBoolean(argument: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrongType(argument, 'a boolean', value);
}

export function checkString(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw wrongType(argument, `a string${pathHint(value)}`, value);
}

/** Throws unless `value` can be called. A class cannot: only `new` would call it, in an error without a code. */
export function checkCallable(
  argument: string,
  value: unknown,
  expected = 'a function',
): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function' || isClass(value)) throw wrongType(argument, expected, value);
}

export function checkOneOf(argument: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string') throw wrongType(argument, oneOf(allowed, ''), value);
  if (!allowed.includes(value)) throw wrongValue(argument, oneOf(allowed, value), value);
}

/** What a name must be, with the known one that was meant, if that can be told. */
export function oneOf(allowed: readonly string[], name: string): string {
  return `one of ${allowed.join(', ')}${suggestion(name, allowed)}`;
}
