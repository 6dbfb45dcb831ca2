/** Hyperparameters that a training has changed since its optimizer was made: without them it would go on otherwise. */
import { describe, rangeError } from '../arguments/errors.js';
import { refusesWrites } from '../arguments/members.js';
import type { CustomObjects } from '../optimizers/config.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { isVariable } from '../variables/variable.js';
import { configKeysOf, configOf, optionOf } from './content/config.js';
import type { SavedOptimizer } from './metadata.js';

/** What was not as saved, by option. */
export type Changes = Readonly<
  Record<
    string,
    {
      /** What the optimizer had before. */
      readonly was: unknown;
      /** What the file has, and the optimizer now. */
      readonly saved: unknown;
    }
  >
>;

/** Hyperparameters that can be put back. */
export interface Restoration {
  readonly changes: Changes;
  /** Sets them all. When it throws, none is changed. */
  apply(): void;
  undo(): void;
}

/** Decided at construction, or nothing that a training goes by. */
const FIXED = ['name', 'slot_dtype'];

/**
 * Compares an optimizer with what was saved. A learning rate, or another value, that is a function stays: a file keeps
 * no code.
 * @param functions - options that were functions when they were saved: the number in the file is none to go on with
 * @throws RangeError `ERR_ADAMAX_CHECKPOINT` for a config that the class does not take, and for one that differs in
 *   what is decided at construction
 */
export function restorationOf(
  file: string,
  optimizer: Optimizer,
  saved: SavedOptimizer,
  functions: readonly string[],
  customObjects: CustomObjects | null,
): Restoration {
  const own = configOf(optimizer);
  const Class = optimizer.constructor as unknown as {
    fromConfig(config: object, customObjects: CustomObjects | null): Optimizer;
  };
  const options = configKeysOf(optimizer);
  const keys = [...new Set([...Object.keys(saved.config), ...Object.keys(own)])].filter((key) => {
    return !FIXED.includes(key) && JSON.stringify(saved.config[key]) !== JSON.stringify(own[key]);
  });
  // A key that nobody knows is for the class to refuse; nothing of its name is read here.
  const known = keys.filter((key) => Object.hasOwn(options, key) || Object.hasOwn(own, key));
  const changed = known
    .map((key) => (Object.hasOwn(options, key) ? options[key] : key))
    .filter((option) => typeof optionOf(optimizer, option) !== 'function' && !functions.includes(option));
  if (changed.length === 0 && known.length === keys.length) return { changes: {}, apply() {}, undo() {} };
  const model = modelOf(file, () => Class.fromConfig(saved.config, customObjects));
  const values = changed.map((option) => {
    const holder = optionOf(optimizer, option);
    return { option, holder, was: isVariable(holder) ? holder.item() : holder, saved: optionOf(model, option) };
  });
  for (const { option, was, saved } of values)
    if (refusesWrites(optimizer, option)) throw misfit(file, option, was, saved);
  const set = (option: string, value: unknown) => {
    (optimizer as unknown as Record<string, unknown>)[option] = value;
  };
  const undo = () => {
    for (const { option, holder, was } of values) {
      set(option, holder);
      // The saved number has been written into it.
      if (isVariable(holder)) set(option, was);
    }
  };
  return {
    changes: Object.fromEntries(values.map(({ option, was, saved }) => [option, { was, saved }])),
    undo,
    apply() {
      try {
        for (const { option, saved } of values) set(option, saved);
      } catch (error) {
        undo();
        throw error;
      }
    },
  };
}

function misfit(file: string, option: string, was: unknown, saved: unknown): Error {
  const expected = `${option} of the optimizer must be ${describe(saved)}, as in ${file} (hyperparameters: 'keep' leaves it)`;
  return rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received ${describe(was)}`);
}

function modelOf(file: string, make: () => Optimizer): Optimizer {
  try {
    return make();
  } catch (error) {
    const why = error instanceof Error ? error.message : `${error}`;
    const expected = `the config in ${file} must be one that the optimizer takes (hyperparameters: 'keep' leaves it)`;
    throw Object.assign(rangeError('ERR_ADAMAX_CHECKPOINT', `${expected}: received one of which it says: ${why}`), {
      cause: error,
    });
  }
}
