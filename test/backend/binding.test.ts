import type { ErrorCode } from 'adamax';
import { expect } from 'chai';
import { loadBinding } from '#lib/backend/load.js';
import type { Binding } from '#lib/backend/native.js';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';

/** The addon as it is, without the checks of lib/ before it: memory safety must not rest on them. */
describe('the native addon by itself', () => {
  let binding: Binding;
  let rule: number;

  before(function () {
    const loaded = loadBinding();
    if (loaded.binding === null) this.skip();
    binding = loaded.binding;
    rule = binding.rules.indexOf('adamax');
  });

  const fresh = (n = 6) => new Float32Array(n).fill(1);
  const detached = () => {
    const array = fresh();
    structuredClone(null, { transfer: [array.buffer as ArrayBuffer] });
    return array;
  };
  const scalars = [0.1, 0.999, 0.01, 1e-7];
  const NO_CLIP = [Infinity, Infinity] as const;
  type Bad = [string, unknown[], typeof TypeError | typeof RangeError, ErrorCode];

  const denseCalls: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    [
      'an unknown rule',
      [99, fresh(), fresh(), fresh(), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'a negative rule',
      [-1, fresh(), fresh(), fresh(), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    ['a foreign param', [0, {}, fresh(), fresh(), fresh(), fresh(), ...scalars], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    [
      'a float64 grad',
      [0, fresh(), fresh(), new Float64Array(6), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    ['a short out', [0, fresh(), fresh(5), fresh(), fresh(), fresh(), ...scalars], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['a short grad', [0, fresh(), fresh(), fresh(5), fresh(), fresh(), ...scalars], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['a short slot', [0, fresh(), fresh(), fresh(), fresh(), fresh(5), ...scalars], RangeError, 'ERR_ADAMAX_LENGTH'],
    [
      'a detached param',
      [0, detached(), fresh(), fresh(), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_DETACHED',
    ],
    [
      'a detached slot',
      [0, fresh(), fresh(), fresh(), detached(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_DETACHED',
    ],
    [
      'a missing scalar',
      [0, fresh(), fresh(), fresh(), fresh(), fresh(), 0.1, 0.9, 0.1],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
  ];
  for (const [title, args, type, code] of denseCalls) {
    it(`dense() refuses ${title} and writes nothing`, () => {
      const arrays = args.filter((arg): arg is Float32Array => arg instanceof Float32Array && arg.length > 0);
      const before = arrays.map((array) => array.slice());
      expectError(() => (binding.dense as (...args: unknown[]) => void)(...args), type, code, /: received/);
      arrays.forEach((array, i) => {
        expectSameBits(array, before[i], `argument ${i}`);
      });
    });
  }

  const rowsCalls: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    [
      'a row length that is no size',
      [0, fresh(), -1, fresh(2), new Int32Array(1), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'float indices',
      [0, fresh(), 2, fresh(2), fresh(1), fresh(), fresh(), ...scalars],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'values of another length',
      [0, fresh(), 2, fresh(3), new Int32Array(1), fresh(), fresh(), ...scalars],
      RangeError,
      'ERR_ADAMAX_LENGTH',
    ],
    [
      'a slot of another length',
      [0, fresh(), 2, fresh(2), new Int32Array(1), fresh(), fresh(8), ...scalars],
      RangeError,
      'ERR_ADAMAX_LENGTH',
    ],
  ];
  for (const [title, args, type, code] of rowsCalls) {
    it(`rows() refuses ${title}`, () => {
      expectError(() => (binding.rows as (...args: unknown[]) => unknown)(...args), type, code, /: received/);
    });
  }

  it('rows() without elements in a row finds every index bad', () => {
    const outcome = binding.rows(rule, fresh(0), 0, fresh(0), new Int32Array(2), fresh(0), fresh(0), ...scalars);
    expect(outcome).to.equal(0);
  });

  it('a Plan refuses to run entries it has not been given', () => {
    const plan = new binding.Plan(rule, Float32Array.from(scalars));
    const target = (i: number) => [i, 6, fresh(), fresh(), fresh()];
    for (const [args, code] of [
      [[1, null, null], 'ERR_ADAMAX_ARG_TYPE'],
      [[-1, null, null], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, [], []], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, target(5), null], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, target(0), null], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, target(0), [0, fresh(5), null]], 'ERR_ADAMAX_LENGTH'],
      [[1, target(0), [1, fresh(), null]], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, [0, 6, fresh(), fresh()], null], 'ERR_ADAMAX_ARG_TYPE'],
      [[1, [0, 6, fresh(), fresh(), fresh(5)], null], 'ERR_ADAMAX_LENGTH'],
      [[1, target(0), [0, fresh(6), fresh(1)]], 'ERR_ADAMAX_ARG_TYPE'],
    ] as const) {
      const call = () => (plan.step as (...args: unknown[]) => unknown)(...args, ...NO_CLIP);
      expectError(call, code === 'ERR_ADAMAX_LENGTH' ? RangeError : TypeError, code, /: received/);
    }
    expect(plan.step(1, target(0), [0, fresh(), null], ...NO_CLIP)).to.equal(-1);
    expect(plan.step(1, null, null, ...NO_CLIP)).to.equal(-1);
  });

  it('a Plan keeps its scalars alive by itself', () => {
    const plan = new binding.Plan(rule, Float32Array.from(scalars));
    const param = fresh();
    plan.step(1, [0, 6, param, fresh(), fresh()], [0, fresh(), null], ...NO_CLIP);
    for (let i = 0; i < 2000; i++) new Float32Array(1000).fill(i);
    const before = param[0];
    plan.step(1, null, null, ...NO_CLIP);
    expect(param[0]).to.be.closeTo(before - 0.01, 1e-6);
  });

  it('new Plan refuses what is no rule and what are no scalars', () => {
    for (const args of [[], [99, new Float32Array(4)], [rule], [rule, [1, 2, 3, 4]]]) {
      expectError(
        () => new (binding.Plan as new (...args: unknown[]) => unknown)(...args),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /: received/,
      );
    }
    expectError(() => new binding.Plan(rule, new Float32Array(3)), RangeError, 'ERR_ADAMAX_LENGTH', /: received 3$/);
  });

  it('setIsa says whether it did', () => {
    const before = binding.isa();
    expect(binding.setIsa('portable')).to.equal(true);
    expect(binding.setIsa('sse9' as never)).to.equal(false);
    expect(binding.isa()).to.equal('portable');
    expectError(() => binding.setIsa(1 as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^isa must be a string/);
    binding.setIsa(before);
  });
});
