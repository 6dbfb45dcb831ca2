import { type ErrorCode, schedules } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { SCHEDULES, type ScheduleOptions } from '../support/schedules.js';

const { NoisyLinearCosineDecay, PiecewiseConstantDecay } = schedules;

const FINITE = 'a finite number';
const NON_NEGATIVE = 'a finite number ≥ 0';

/** What each number must be, and values of that kind which it must not be. */
const NUMBERS: Record<string, [expected: string, refused: number[]]> = {
  initialLearningRate: [FINITE, []],
  endLearningRate: [FINITE, []],
  alpha: [FINITE, []],
  beta: [FINITE, []],
  numPeriods: [FINITE, []],
  varianceDecay: [FINITE, []],
  warmupTarget: [FINITE, []],
  decaySteps: ['a finite number > 0', [0, -0, -1]],
  firstDecaySteps: ['a finite number ≥ 1', [0, -1, 0.999]],
  tMul: ['a finite number ≥ 1', [0, -1, 0.999]],
  mMul: [NON_NEGATIVE, [-1]],
  decayRate: [NON_NEGATIVE, [-0.5]],
  power: [NON_NEGATIVE, [-0.5]],
  initialVariance: [NON_NEGATIVE, [-1]],
  warmupSteps: [NON_NEGATIVE, [-1]],
};

const NOT_NUMBERS = ['1', null, true, [1], {}, 1n, () => 1];

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** An error whose message is exactly "<argument> must be <expected>: received <something>". */
function expectRefused(
  action: () => unknown,
  type: typeof TypeError | typeof RangeError,
  code: ErrorCode,
  argument: string,
  expected: string,
): void {
  expectError(action, type, code, new RegExp(`^${literally(argument)} must be ${literally(expected)}: received \\S`));
}

describe('arguments of schedules', () => {
  for (const [Schedule, valid] of SCHEDULES) {
    const { name } = Schedule;

    describe(name, () => {
      const refused = (option: string, value: unknown) => () => new Schedule({ ...valid, [option]: value });

      it('takes each option', () => {
        const schedule = new Schedule(valid) as unknown as ScheduleOptions;
        for (const [option, value] of Object.entries(valid)) expect(schedule[option]).to.deep.equal(value);
        expect(new Schedule({ ...valid, name: null })).to.have.property('name', null);
        const { name: _, ...unnamed } = valid;
        expect(new Schedule(unnamed)).to.have.property('name', null);
      });

      for (const option of Object.keys(valid).filter((key) => key in NUMBERS)) {
        it(`refuses wrong ${option}`, () => {
          const [expected, values] = NUMBERS[option];
          for (const value of [...values, NaN, Infinity, -Infinity]) {
            expectRefused(refused(option, value), RangeError, 'ERR_ADAMAX_ARG_VALUE', option, expected);
          }
          for (const value of NOT_NUMBERS) {
            if (option === 'warmupTarget' && value === null) continue;
            expectRefused(refused(option, value), TypeError, 'ERR_ADAMAX_ARG_TYPE', option, 'a number');
          }
        });
      }

      it('refuses other options, and what is no object of options', () => {
        expectError(
          refused('decay_steps', 1),
          TypeError,
          'ERR_ADAMAX_OPTION',
          new RegExp(`^${name} must only have the options .*: received 'decay_steps'$`),
        );
        for (const value of [undefined, null]) {
          expectError(
            () => new Schedule(value as never),
            TypeError,
            'ERR_ADAMAX_ARG_TYPE',
            new RegExp(`^${name} must be an object of options, \\{ \\w+: … \\}: received \\S`),
          );
        }
        const first = Object.keys(valid)[0];
        for (const [value, shown] of [
          [0.1, '0.1'],
          [[0.1, 10], '…'],
          [new Map([[first, 1]]), '…'],
        ] as const) {
          const expected = `an object of options, { ${first}: ${shown} }`;
          expectRefused(() => new Schedule(value as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', name, expected);
        }
        expectRefused(refused('name', 1), TypeError, 'ERR_ADAMAX_ARG_TYPE', 'name', 'a string');
      });

      it('refuses what has no default and is not given', () => {
        for (const option of ['initialLearningRate', 'decaySteps', 'firstDecaySteps', 'decayRate']) {
          if (!(option in valid)) continue;
          expectError(
            refused(option, undefined),
            TypeError,
            'ERR_ADAMAX_ARG_TYPE',
            new RegExp(`^${option} must be a number: received undefined$`),
          );
        }
      });

      for (const option of ['staircase', 'cycle'].filter((key) => key in valid)) {
        it(`refuses wrong ${option}`, () => {
          for (const value of [0, 1, 'true', null]) {
            expectRefused(refused(option, value), TypeError, 'ERR_ADAMAX_ARG_TYPE', option, 'a boolean');
          }
        });
      }

      it('refuses what cannot be a step', () => {
        const schedule = new Schedule(valid);
        const any = name === 'PiecewiseConstantDecay';
        const expected = any ? FINITE : 'in [0, 2⁵³)';
        for (const step of [NaN, Infinity, -Infinity, ...(any ? [] : [-1, -1e-9, 2 ** 53])]) {
          expectRefused(() => schedule.call(step), RangeError, 'ERR_ADAMAX_ARG_VALUE', 'step', expected);
        }
        for (const step of ['1', null, undefined, 1n, [1]]) {
          const call = () => schedule.call(step as never);
          expectRefused(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', 'step', 'a number');
        }
        for (const step of [0, -0, 0.5, 2 ** 53 - 1]) expect(schedule.call(step)).to.satisfy(Number.isFinite);
      });
    });
  }

  it('refuses boundaries and values that do not fit', () => {
    const piecewise = (boundaries: unknown, values: unknown) => () =>
      new PiecewiseConstantDecay({ boundaries, values } as schedules.PiecewiseConstantDecayOptions);
    const cases: [unknown, unknown, typeof TypeError | typeof RangeError, ErrorCode, RegExp][] = [
      [
        undefined,
        [1],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^boundaries must be an array of numbers: received undefined$/,
      ],
      [[1], undefined, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^values must be an array of numbers: received undefined$/],
      ['1', [1, 2], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^boundaries must be an array of numbers: received '1'$/],
      [['1'], [1, 2], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^boundaries\[0\] must be a number: received '1'$/],
      [
        new Array(1),
        [1, 2],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^boundaries\[0\] must be a number: received undefined$/,
      ],
      [[1], [1, null], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^values\[1\] must be a number: received null$/],
      [[NaN], [1, 2], RangeError, 'ERR_ADAMAX_ARG_VALUE', /^boundaries\[0\] must be a finite number: received NaN$/],
      [[1], [1, Infinity], RangeError, 'ERR_ADAMAX_ARG_VALUE', /^values\[1\] must be a finite number: received Inf/],
      [[1, 1], [1, 2, 3], RangeError, 'ERR_ADAMAX_ARG_VALUE', /^boundaries\[1\] must be above boundaries\[0\], 1: re/],
      [[1, 3, 2], [1, 2, 3, 4], RangeError, 'ERR_ADAMAX_ARG_VALUE', /^boundaries\[2\] must .*\[1\], 3: received 2$/],
      [[1, 2], [1, 2], RangeError, 'ERR_ADAMAX_LENGTH', /^values must have 3 numbers, one more than .*: received 2$/],
      [[], [], RangeError, 'ERR_ADAMAX_LENGTH', /^values must have 1 numbers, one more than boundaries: received 0$/],
      [[1], [1, 2, 3], RangeError, 'ERR_ADAMAX_LENGTH', /^values must have 2 numbers, .*: received 3$/],
    ];
    for (const [boundaries, values, type, code, message] of cases) {
      expectError(piecewise(boundaries, values), type, code, message);
    }
  });

  it('keeps boundaries and values of its own', () => {
    const boundaries = [1];
    const values = [2, 1];
    const schedule = new PiecewiseConstantDecay({ boundaries, values });
    boundaries[0] = 100;
    values[0] = 100;
    expect(schedule.call(1)).to.equal(2);
    (schedule.getConfig().values as number[])[0] = 100;
    expect(schedule.call(1)).to.equal(2);
    expect(() => (schedule.values as number[]).push(1)).to.throw(TypeError);
  });

  it('refuses seeds that are not whole numbers', () => {
    const noisy = (seed: unknown) => () =>
      new NoisyLinearCosineDecay({ initialLearningRate: 1, decaySteps: 1, seed: seed as number });
    for (const seed of [0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)]) {
      const expected = 'a whole number between −2⁵³ and 2⁵³';
      expectRefused(noisy(seed), RangeError, 'ERR_ADAMAX_ARG_VALUE', 'seed', expected);
    }
    for (const seed of ['1', 1n, {}]) {
      expectRefused(noisy(seed), TypeError, 'ERR_ADAMAX_ARG_TYPE', 'seed', 'a whole number or null');
    }
  });
});
