import { describe, typeError, wrongType, wrongValue } from '../arguments/errors.js';
import { checkRecord, checkString } from '../arguments/options.js';

/** More scalars than any rule needs: they are computed anew for each step. */
const MOST_SCALARS = 1024;

/**
 * Throws unless a step could go by `rule`.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE`
 */
export function checkRule(rule: unknown): void {
  checkRecord('rule', rule, 'an object, as the subclass of Optimizer gives it');
  const { name, slots, initial, scalars, sweep } = rule as Readonly<Record<string, unknown>>;
  checkString('rule.name', name);
  if (!Array.isArray(slots)) throw wrongType('rule.slots', 'an array of names', slots);
  if (typeof scalars !== 'number') throw wrongType('rule.scalars', 'a number', scalars);
  if (!(Number.isInteger(scalars) && scalars >= 0 && scalars <= MOST_SCALARS)) {
    throw wrongValue('rule.scalars', `a whole number from 0 to ${MOST_SCALARS}`, scalars);
  }
  if (typeof sweep !== 'function') throw wrongType('rule.sweep', 'a function', sweep);
  if (initial === undefined) return;
  const fits = Array.isArray(initial) && initial.length === slots.length && initial.every((x) => typeof x === 'number');
  if (fits) return;
  throw typeError('ERR_ADAMAX_ARG_TYPE', `rule.initial must be a number for each slot: received ${describe(initial)}`);
}
