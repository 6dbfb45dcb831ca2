/** Checks of schedules' arguments, and the words their messages use. */

import { checkString } from '../arguments/options.js';
import { checkNumber, type Domain } from '../arguments/ranges.js';

/** Numbers of steps to divide by. They need not be whole. */
export const aboveZero: Domain = { text: 'a finite number > 0', contains: (x) => x > 0 && Number.isFinite(x) };
export const atLeastOne: Domain = { text: 'a finite number ≥ 1', contains: (x) => x >= 1 && Number.isFinite(x) };

/** The count of finished steps: 0 at the first. Above 2⁵³ a number cannot count. */
const count: Domain = { text: 'in [0, 2⁵³)', contains: (x) => x >= 0 && x <= Number.MAX_SAFE_INTEGER };

export function checkStep(step: unknown): asserts step is number {
  checkNumber('step', step, count);
}

/** TF 2.2 has `None` where no name was given. */
export function checkName(name: unknown): asserts name is string | null {
  if (name !== null) checkString('name', name);
}
