/** Ranges of numbers, and the check that an argument lies in one. */
import { wrongType, wrongValue } from './errors.js';

/** A range of numbers, with the words that describe it in a message. */
export interface Domain {
  readonly text: string;
  contains(x: number): boolean;
}

export const finite: Domain = { text: 'a finite number', contains: Number.isFinite };
/** The least number that rounds to infinity in float32: half a unit in the last place above the largest one. */
const BEYOND_FLOAT32 = 2 ** 128 - 2 ** 103;

/** A learning rate: steps take it in float32, where it must not round to infinity. */
export const finiteFloat32: Domain = {
  text: 'a finite number (in float32)',
  contains: (x) => x > -BEYOND_FLOAT32 && x < BEYOND_FLOAT32,
};
export const nonNegative: Domain = { text: 'a finite number ≥ 0', contains: (x) => x >= 0 && Number.isFinite(x) };
export const nonNegativeFloat32: Domain = {
  text: 'a finite number ≥ 0 (in float32)',
  contains: (x) => x >= 0 && Number.isFinite(Math.fround(x)),
};
/** Decay rates: at 1 the bias correction would divide by zero. */
export const unitInterval: Domain = { text: 'in [0, 1)', contains: (x) => x >= 0 && x < 1 };
/** Momentum: at 1 nothing is lost. */
export const unitIntervalClosed: Domain = { text: 'in [0, 1]', contains: (x) => x >= 0 && x <= 1 };
/** Such a number is added to a denominator that may be 0, so it must not round to 0 in float32. */
export const positive: Domain = {
  text: 'a finite number > 0 (in float32)',
  contains: (x) => Math.fround(x) > 0 && Number.isFinite(Math.fround(x)),
};

/** Throws unless `value` is a number inside `domain`. */
export function checkNumber(argument: string, value: unknown, domain: Domain): asserts value is number {
  if (typeof value !== 'number') throw wrongType(argument, 'a number', value);
  if (!domain.contains(value)) throw wrongValue(argument, domain.text, value);
}

/** Throws unless `seed` is a whole number, or null for none. */
export function checkSeed(seed: unknown): asserts seed is number | null {
  if (seed === null) return;
  if (typeof seed !== 'number') throw wrongType('seed', 'a whole number or null', seed);
  if (!Number.isSafeInteger(seed)) throw wrongValue('seed', 'a whole number between −2⁵³ and 2⁵³', seed);
}
