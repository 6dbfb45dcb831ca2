import { type ErrorCode, initializers } from 'adamax';
import { expectError } from '../support/errors.js';
import { RANDOM } from './factories.js';

const { constant, identity, ones, orthogonal, randomNormal, randomUniform, truncatedNormal, varianceScaling, zeros } =
  initializers;

describe('initializers', () => {
  const cases: [
    string,
    (value: unknown) => unknown,
    unknown[],
    typeof TypeError | typeof RangeError,
    string,
    string,
  ][] = [];
  const refuse = (
    option: string,
    factory: (options: never) => initializers.Initializer,
    values: unknown[],
    type: typeof TypeError | typeof RangeError,
    code: string,
    expected: string,
  ) => cases.push([option, (value) => factory({ [option]: value } as never), values, type, code, expected]);
  const notFinite = [NaN, Infinity, -Infinity, 1e39];

  for (const [option, factory] of [
    ['mean', randomNormal],
    ['mean', truncatedNormal],
    ['minval', randomUniform],
    ['maxval', randomUniform],
    ['gain', identity],
    ['gain', orthogonal],
  ] as const) {
    refuse(option, factory, notFinite, RangeError, 'ERR_ADAMAX_ARG_VALUE', 'a finite number (in float32)');
    refuse(option, factory, ['1', null, true, [1], 1n], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  }
  for (const factory of [randomNormal, truncatedNormal]) {
    const expected = 'a finite number ≥ 0 (in float32)';
    refuse('stddev', factory, [...notFinite, -1], RangeError, 'ERR_ADAMAX_ARG_VALUE', expected);
    refuse('stddev', factory, ['1', null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  }
  refuse('maxval', randomUniform, [-0.06], RangeError, 'ERR_ADAMAX_ARG_VALUE', '≥ minval, -0.05');
  refuse('value', constant, ['1', null, [1]], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  const aboveZero = 'a finite number > 0 (in float32)';
  refuse('scale', varianceScaling, [...notFinite, 0, -1], RangeError, 'ERR_ADAMAX_ARG_VALUE', aboveZero);
  refuse('scale', varianceScaling, ['1', null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a number');
  const modes = 'one of fan_in, fan_out, fan_avg (did you mean fan_in?)';
  refuse('mode', varianceScaling, ['fanIn'], RangeError, 'ERR_ADAMAX_ARG_VALUE', modes);
  refuse('mode', varianceScaling, [1, null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'one of fan_in, fan_out, fan_avg');
  const distributions = 'one of truncated_normal, untruncated_normal, uniform';
  refuse('distribution', varianceScaling, ['cauchy'], RangeError, 'ERR_ADAMAX_ARG_VALUE', distributions);
  refuse('distribution', varianceScaling, [1, null], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a string');
  for (const [, factory] of RANDOM) {
    const expected = 'a whole number between −2⁵³ and 2⁵³';
    refuse('seed', factory, [0.5, NaN, 2 ** 53], RangeError, 'ERR_ADAMAX_ARG_VALUE', expected);
    refuse('seed', factory, ['1', 1n], TypeError, 'ERR_ADAMAX_ARG_TYPE', 'a whole number or null');
  }

  it('check their options when they are made', () => {
    for (const [option, action, values, type, code, expected] of cases) {
      const message = `^${option} must be ${expected.replace(/[()?]/g, '\\$&')}: received \\S`;
      for (const value of values) expectError(() => action(value), type, code as ErrorCode, new RegExp(message));
    }
  });

  it('refuse options that they do not have', () => {
    for (const [name, factory] of [...RANDOM, ['constant', constant], ['identity', identity]] as const) {
      const only = new RegExp(`^${name} must only have the options .*: received 'sede'$`);
      expectError(() => factory({ sede: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', only);
      expectError(
        () => factory(1 as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /must be an object of options, \{ \w+: 1 \}: received 1$/,
      );
    }
    expectError(() => zeros({ a: 1 }), TypeError, 'ERR_ADAMAX_OPTION', /^zeros must have no options: received 'a'$/);
    expectError(() => ones({ a: 1 }), TypeError, 'ERR_ADAMAX_OPTION', /^ones must have no options: received 'a'$/);
  });

  it('refuse what is no shape, or does not fit in memory', () => {
    for (const factory of [zeros, ones, constant, identity, ...RANDOM.map(([, random]) => random)]) {
      const initializer = factory({});
      expectError(
        () => initializer(3 as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^shape must be an array .*: received 3$/,
      );
      expectError(
        () => initializer([-1, 2]),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^shape must hold whole numbers ≥ 0: rec/,
      );
      const huge = [2 ** 26, 2 ** 26];
      expectError(
        () => initializer(huge),
        RangeError,
        'ERR_ADAMAX_MEMORY',
        /^shape must fit in memory: received \[671/,
      );
    }
  });
});
