/** What arguments must refuse, by kind: a value, and the class and the code of the error. */
import type { ErrorCode } from 'adamax';

export type ErrorClass = typeof TypeError | typeof RangeError;
export type Refused = readonly [value: unknown, type: ErrorClass, code: ErrorCode];

export const type = (...values: unknown[]) => values.map((value): Refused => [value, TypeError, 'ERR_ADAMAX_ARG_TYPE']);
export const value = (...values: unknown[]) => values.map((bad): Refused => [bad, RangeError, 'ERR_ADAMAX_ARG_VALUE']);
export const other = (errorType: ErrorClass, code: ErrorCode, ...values: unknown[]) =>
  values.map((bad): Refused => [bad, errorType, code]);

/** Only `new` calls it, and where a function is asked for it would fail in an error without a code. */
export const A_CLASS = type(class NeedsNew {});

/** Python's `None`, which stands for the default there. */
export const butNull = (refused: readonly Refused[]) => refused.filter(([bad]) => bad !== null);

export const NO_NUMBERS = type('1', null, true, {}, [], 1n);
export const NO_FINITE = value(NaN, Infinity, -Infinity);
export const NO_OBJECTS = type(null, 1, 'x', []);
export const NO_STRINGS = type(1, null, {}, Symbol('s'));
export const NO_BOOLEANS = type(0, 'true', null, {});
export const NO_VARIABLES = type(undefined, null, 1, 'w', {}, [1, 2], new Float64Array(2), new BigInt64Array(2));
export const NO_ENGINES = type(1, 'x', {}, [], { differentiate: 1 }, { differentiate() {}, adopt: 1 });
export const NO_FUNCTIONS = [...A_CLASS, ...type(undefined, null, 1, 'x', {})];
export const NO_ITERABLES = type(undefined, null, 1, {});

export const noNonNegative = [...NO_NUMBERS, ...NO_FINITE, ...value(-1, -1e-300)];
export const noClip = [...type('1', true, {}, []), ...NO_FINITE, ...value(-1)];
export const noRate = [...NO_NUMBERS, ...A_CLASS, ...NO_FINITE];
export const noBeta = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1, 2)];
export const noMomentum = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1.1)];
export const noAccumulator = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1e39)];
export const noEpsilon = [...NO_NUMBERS, ...NO_FINITE, ...value(0, -1e-7, 1e-50, 1e39)];
