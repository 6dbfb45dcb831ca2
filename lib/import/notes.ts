import { describe } from '../arguments/errors.js';

type Config = Readonly<Record<string, unknown>>;

/** What the caller has put in the place of what the file says. */
export function replacedNote(there: Config, given: Config): string[] {
  return Object.keys(given)
    .filter((key) => Object.hasOwn(there, key))
    .map((key) => `config.${key} was ${describe(there[key])} there`);
}

/** Keys that nothing here goes by; those that would change anything are errors. */
export function droppedNote(keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  return [`the config had keys that are off, or change no numbers, and are not here: ${keys.join(', ')}`];
}
