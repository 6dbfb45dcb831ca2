import type { ErrorCode } from 'adamax';
import { expect } from 'chai';
import { type Binding, loadBinding } from '#internals';
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

  /** The control array of a plan: one variable, no clipping, and the scalars. */
  const control = (count = 1) => Float64Array.of(count, Infinity, Infinity, ...scalars);
  type Call = (...args: unknown[]) => unknown;

  const targets: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['an entry beyond the next one', [5, 6, fresh(), fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a row length that is no size', [0, -1, fresh(), fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a detached param', [0, 6, detached(), fresh(0), fresh(0)], TypeError, 'ERR_ADAMAX_DETACHED'],
    ['a missing slot', [0, 6, fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a slot of another length', [0, 6, fresh(), fresh(), fresh(5)], RangeError, 'ERR_ADAMAX_LENGTH'],
  ];
  for (const [title, args, type, code] of targets) {
    it(`a plan refuses ${title} as a target, and does not run with it`, () => {
      const plan = binding.plan(rule, control());
      expectError(() => (plan.target as Call)(...args), type, code, /: received/);
      expectError(() => plan.gradient(0, fresh(), null), TypeError, 'ERR_ADAMAX_ARG_TYPE', /has a target/);
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
    });
  }

  const gradients: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['one of another length', [0, fresh(5), null], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['one of an entry that is not there', [1, fresh(), null], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['float indices', [0, fresh(), fresh(1)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a detached one', [0, detached(), null], TypeError, 'ERR_ADAMAX_DETACHED'],
  ];
  for (const [title, args, type, code] of gradients) {
    it(`a plan refuses ${title} as a gradient, and does not run with it`, () => {
      const plan = binding.plan(rule, control());
      const param = fresh();
      plan.target(0, 6, param, fresh(), fresh());
      expectError(() => (plan.gradient as Call)(...args), type, code, /: received/);
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
      expectSameBits(param, fresh(), 'param');
    });
  }

  it('a plan whose target is bound anew has no gradient any more', () => {
    const plan = binding.plan(rule, control());
    plan.target(0, 6, fresh(), fresh(), fresh());
    plan.gradient(0, fresh(), null);
    expect(plan.run()).to.equal(undefined);
    plan.target(0, 7, fresh(7), fresh(7), fresh(7));
    expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
  });

  it('a plan refuses a count that is none of its entries', () => {
    for (const count of [2, -1, Number.NaN, Infinity]) {
      const plan = binding.plan(rule, control(count));
      plan.target(0, 6, fresh(), fresh(), fresh());
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
    }
  });

  it('a plan keeps its control array alive, and each of its functions keeps the plan', () => {
    const { target, gradient, run } = binding.plan(rule, control());
    const param = fresh();
    target(0, 6, param, fresh(), fresh());
    gradient(0, fresh(), null);
    for (let i = 0; i < 2000; i++) new Float32Array(1000).fill(i);
    expect(run()).to.equal(undefined);
    expect(param[0]).to.be.closeTo(1 - (0.01 * 1) / 1, 1e-6);
  });

  it('plan() refuses what is no rule and what is no control array', () => {
    for (const args of [[], [99, control()], [rule], [rule, [1, 2, 3, 4]], [rule, new Float32Array(7)]]) {
      expectError(() => (binding.plan as Call)(...args), TypeError, 'ERR_ADAMAX_ARG_TYPE', /: received/);
    }
    expectError(() => binding.plan(rule, new Float64Array(6)), RangeError, 'ERR_ADAMAX_LENGTH', /: received 6$/);
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
