/** Checks of options objects, the same for every public constructor and method. */
import { describe, typeError, wrongType, wrongValue } from './errors.js';

/** Throws unless `options` is a plain bag that has no other keys than the ones named. */
export function checkOptions(argument: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongType(argument, 'an object', options);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const list = known.length > 0 ? `only have the options ${known.join(', ')}` : 'have no options';
    throw typeError('ERR_ADAMAX_OPTION', `${argument} must ${list}: received ${describe(key)}`);
  }
}

export function checkBoolean(argument: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrongType(argument, 'a boolean', value);
}

export function checkString(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw wrongType(argument, 'a string', value);
}

export function checkOneOf(argument: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string') throw wrongType(argument, 'a string', value);
  if (!allowed.includes(value)) throw wrongValue(argument, `one of ${allowed.join(', ')}`, value);
}
