import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ErrorCode } from 'adamax';
import { expect } from 'chai';
import { type Binding, CONTRACT, loadBinding, PIECE } from '#internals';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { detach } from '../support/memory.js';

/** The addon as it is, without the checks of lib/ before it: memory safety must not rest on them. */
describe('the native addon by itself', () => {
  let binding: Binding;
  let rule: number;

  before(function () {
    const loaded = loadBinding();
    if (loaded.binding === null) this.skip();
    binding = loaded.binding;
    rule = binding.rules.findIndex(({ name }) => name === 'adamax');
  });

  // A plan keeps addresses, and whoever made it the arrays: without them a collection would leave it free memory.
  const held: ArrayBufferView[] = [];
  const fresh = (n = 6) => {
    const array = new Float32Array(n).fill(1);
    held.push(array);
    return array;
  };
  const detached = () => {
    const array = fresh();
    detach(array);
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

  const words = (n: number) => new Uint32Array(n);
  const detachedWords = () => {
    const array = words(32);
    detach(array);
    return array;
  };
  const shared = words(128);
  const digestCalls: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['foreign lanes', [{}, words(32)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['signed lanes', [new Int32Array(64), words(32)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['short lanes', [words(63), words(32)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['long lanes', [words(65), words(32)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['detached lanes', [detachedWords(), words(32)], TypeError, 'ERR_ADAMAX_DETACHED'],
    ['no words', [words(64)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['words that are bytes', [words(64), new Uint8Array(32)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['words in a DataView', [words(64), new DataView(new ArrayBuffer(128))], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['part of a block', [words(64), words(33)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['detached words', [words(64), detachedWords()], TypeError, 'ERR_ADAMAX_DETACHED'],
    ['one array for both', [shared.subarray(0, 64), shared.subarray(0, 64)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    [
      'words that begin in the lanes',
      [shared.subarray(0, 64), shared.subarray(63, 95)],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'words that end in the lanes',
      [shared.subarray(31, 95), shared.subarray(0, 32)],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
  ];
  for (const [title, args, type, code] of digestCalls) {
    it(`digest() refuses ${title} and writes nothing`, () => {
      expectError(() => (binding.digest as (...args: unknown[]) => void)(...args), type, code, /: received/);
      const written = args.filter(
        (arg) => arg instanceof Uint32Array && arg.length > 0 && arg.some((word) => word !== 0),
      );
      expect(written).to.deep.equal([]);
    });
  }

  const bytes = (n: number) => new Uint8Array(n);
  const detachedBytes = () => {
    const array = bytes(8);
    detach(array);
    return array;
  };
  const common = new ArrayBuffer(512);
  const [commonLanes, commonWords] = [new Uint32Array(common, 0, 64), new Uint32Array(common, 256, 32)];
  const file = -1; // nothing is to come to it
  const transferCalls: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['short lanes', [words(63), words(32), 0, false, 0, bytes(8)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['part of a block', [words(64), words(33), 0, false, 0, bytes(8)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['a negative file', [words(64), words(32), file, false, 0, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a file beyond any', [words(64), words(32), 2 ** 31, false, 0, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a file by name', [words(64), words(32), 'file', false, 0, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a direction that is no boolean', [words(64), words(32), 0, 1, 0, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['half a position', [words(64), words(32), 0, false, 0.5, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a position beyond any', [words(64), words(32), 0, false, 2 ** 53, bytes(8)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['no bytes', [words(64), words(32), 0, false, 0], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['bytes that are words', [words(64), words(32), 0, false, 0, words(2)], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['detached bytes', [words(64), words(32), 0, false, 0, detachedBytes()], TypeError, 'ERR_ADAMAX_DETACHED'],
    [
      'bytes read into the lanes',
      [commonLanes, words(32), 0, false, 0, new Uint8Array(common, 255, 1)],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'bytes read into the words',
      [words(64), commonWords, 0, false, 0, new Uint8Array(common, 256 + 127)],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
    [
      'lanes written to a file',
      [commonLanes, words(32), 0, true, 0, new Uint8Array(common, 0, 8)],
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
    ],
  ];
  for (const [title, args, type, code] of transferCalls) {
    it(`transfer() refuses ${title} and writes nothing`, () => {
      expectError(() => (binding.transfer as (...args: unknown[]) => void)(...args), type, code, /: received/);
      const written = args.filter((arg) => {
        return ArrayBuffer.isView(arg) && arg.byteLength > 0 && new Uint8Array(arg.buffer).some((byte) => byte !== 0);
      });
      expect(written).to.deep.equal([]);
    });
  }

  it('digest() takes words right behind the lanes, and none at all', () => {
    const all = words(96).fill(1);
    binding.digest(all.subarray(0, 64), all.subarray(64));
    expect(all[0]).to.not.equal(1);
    const before = all.slice();
    binding.digest(all.subarray(0, 64), words(0));
    expect(all).to.deep.equal(before);
  });

  /** One set of scalars, as it lies in the control array of a plan: no clipping, the dither, then the scalars. */
  const set = (alpha = 0.01, clipnorm = Infinity, dither = 0) => [clipnorm, Infinity, dither, 0.1, 0.999, alpha, 1e-7];
  /**
   * The control array of a plan: which entries to step, that gradients may be anything, that nothing is done, the sets.
   */
  const control = (count = 1, first = 0, ...sets: number[][]) => {
    return Float64Array.of(first, count, 0, 0, ...(sets.length > 0 ? sets : [set()]).flat());
  };
  type Call = (...args: unknown[]) => unknown;
  type PlanCalls = Pick<
    Binding,
    'target' | 'gradient' | 'place' | 'stretch' | 'norms' | 'truncate' | 'run' | 'runAsync'
  >;
  /** The calls for one plan, each of which selects it first. */
  const makePlan = (array = control()): PlanCalls => {
    const number = binding.plan(rule, array);
    held.push(array);
    const of = (name: keyof PlanCalls) => {
      const call = binding[name] as Call;
      return (...args: unknown[]) => {
        held.push(...args.filter(ArrayBuffer.isView));
        binding.selectedPlan[0] = number;
        return call(...args);
      };
    };
    const names = ['target', 'gradient', 'place', 'stretch', 'norms', 'truncate', 'run', 'runAsync'] as const;
    return Object.fromEntries(names.map((name) => [name, of(name)])) as unknown as PlanCalls;
  };
  /** A plan with one variable in place. */
  const planOf = (param: Float32Array, array = control()) => {
    const plan = makePlan(array);
    plan.target(0, 0, 6, param.length, param, null, fresh(param.length), fresh(param.length));
    return plan;
  };

  const targets: Bad[] = [
    ['no arguments', [], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['an entry beyond the next one', [5, 0, 6, 6, fresh(), null, fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a set that is not there', [0, 1, 6, 6, fresh(), null, fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a row length that is no size', [0, 0, -1, 6, fresh(), null, fresh(), fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a param of another length', [0, 0, 6, 7, fresh(), null, fresh(7), fresh(7)], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['an out of another length', [0, 0, 6, 6, fresh(), fresh(5), fresh(), fresh()], RangeError, 'ERR_ADAMAX_LENGTH'],
    ['a detached param', [0, 0, 6, 0, detached(), null, fresh(0), fresh(0)], TypeError, 'ERR_ADAMAX_DETACHED'],
    ['a missing slot', [0, 0, 6, 6, fresh(), null, fresh()], TypeError, 'ERR_ADAMAX_ARG_TYPE'],
    ['a slot of another length', [0, 0, 6, 6, fresh(), null, fresh(), fresh(5)], RangeError, 'ERR_ADAMAX_LENGTH'],
  ];
  for (const [title, args, type, code] of targets) {
    it(`a plan refuses ${title} as a target, and does not run with it`, () => {
      const plan = makePlan();
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
      const param = fresh();
      const plan = planOf(param);
      expectError(() => (plan.gradient as Call)(...args), type, code, /: received/);
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
      expectSameBits(param, fresh(), 'param');
    });
  }

  it('a plan refuses rows for a variable that is stepped out of place', () => {
    const plan = makePlan();
    plan.target(0, 0, 6, 6, fresh(), fresh(), fresh(), fresh());
    expectError(() => plan.gradient(0, fresh(), Int32Array.of(0)), TypeError, 'ERR_ADAMAX_ARG_TYPE', /out of place/);
  });

  it('a plan whose target is bound anew has no gradient any more', () => {
    const plan = planOf(fresh());
    plan.gradient(0, fresh(), null);
    expect(plan.run()).to.equal(undefined);
    plan.target(0, 0, 7, 7, fresh(7), null, fresh(7), fresh(7));
    expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
  });

  it('a plan without a place for its variable does not run', () => {
    const plan = makePlan();
    plan.target(0, 0, 6, 6, null, null, fresh(), fresh());
    expectError(() => plan.gradient(0, fresh(), null), TypeError, 'ERR_ADAMAX_ARG_TYPE', /has a target/);
    expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
  });

  it('a plan places variables within one array, and refuses places that are not in it', () => {
    const heap = new Float32Array(32).fill(1);
    const plan = makePlan();
    plan.target(0, 0, 6, 6, null, null, new Float32Array(6), new Float32Array(6));
    const bad = [
      [-1, 0, 0],
      [0, 27, 0],
      [0, 0, 26.5],
      [0, 0, Number.NaN],
      [0, 0, 2 ** 60],
      [0, 0],
    ];
    for (const offsets of bad) {
      expectError(
        () => plan.place(heap, Float64Array.from(offsets)),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^offsets must be/,
      );
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
    }
    expectError(() => plan.place(heap, new Float64Array(6)), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^offsets must be/);
    plan.place(heap, Float64Array.of(0, 10, 26));
    expect(plan.run()).to.equal(undefined);
    // m = 0.1, u = 1: p - 0.01 * (0.1 / 1)
    expect([...heap].map((x) => x.toFixed(3)).join()).to.equal(
      [...new Array(10).fill('1.000'), ...new Array(6).fill('0.999'), ...new Array(16).fill('1.000')].join(),
    );
  });

  it('a plan refuses what is no stretch of its entry, and steps the one it had', () => {
    const size = 3 * PIECE + 5;
    const [param, gradient] = [fresh(size), fresh(size)];
    const plan = planOf(param);
    plan.gradient(0, gradient, null);
    plan.stretch(0, PIECE, 2 * PIECE);
    const bad: [RegExp, unknown[]][] = [
      [/^entry/, []],
      [/^entry/, [1, 0, PIECE]],
      [/^entry/, [-1, 0, PIECE]],
      [/^begin/, [0, -PIECE, PIECE]],
      [/^begin/, [0, 1, PIECE]],
      [/^begin/, [0, 2 * PIECE, PIECE]],
      [/^begin/, [0, size, size]],
      [/^begin/, [0, Number.NaN, size]],
      [/^begin/, [0, '0', size]],
      [/^end/, [0, 0, 1]],
      [/^end/, [0, 0, size - 1]],
      [/^end/, [0, 0, size + 1]],
      [/^end/, [0, 0, 4 * PIECE]],
      [/^end/, [0, 0, 2 ** 53]],
      [/^end/, [0, 0, Infinity]],
      [/^end/, [0, 0]],
      [/^gradient/, [0, 0, PIECE, undefined]],
      [/^gradient/, [0, 0, PIECE, PIECE]],
      [/^gradient/, [0, 0, PIECE, [1]]],
      [/^gradient/, [0, 0, PIECE, new Float64Array(PIECE)]],
      [/^gradient/, [0, 0, PIECE, new ArrayBuffer(4 * PIECE)]],
    ];
    for (const [message, args] of bad) {
      expectError(() => (plan.stretch as Call)(...args), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    }
    for (const length of [0, PIECE - 1, PIECE + 1, size]) {
      const stretch = () => plan.stretch(0, 0, PIECE, fresh(length));
      expectError(stretch, RangeError, 'ERR_ADAMAX_LENGTH', /^gradient must have 65536 elements/);
    }
    expectError(() => plan.stretch(0, 0, 0, detached()), TypeError, 'ERR_ADAMAX_DETACHED', /^gradient/);
    expect(plan.run()).to.equal(undefined);
    expect([0, PIECE - 1, PIECE, 2 * PIECE - 1, 2 * PIECE, size - 1].map((i) => param[i] === 1)).to.deep.equal([
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
  });

  it('a plan has no stretch of a variable that was not bound, nor of one whose binding failed', () => {
    const plan = makePlan();
    const stretch = () => plan.stretch(0, 0, 6);
    expectError(stretch, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^entry must be one that has a target/);
    expect(() => plan.target(0, 0, 6, 6, fresh(), null, fresh(), fresh(5))).to.throw(RangeError);
    expectError(stretch, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^entry must be one that has a target/);
  });

  it('a plan refuses rows where a stretch is set, and a stretch where rows are bound', () => {
    const size = 2 * PIECE;
    const plan = makePlan();
    plan.target(0, 0, PIECE, size, fresh(size), null, fresh(size), fresh(size));
    plan.stretch(0, 0, PIECE);
    const bindRows = () => plan.gradient(0, fresh(PIECE), Int32Array.of(1));
    expectError(bindRows, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^indices must be null for .* stretch/);
    expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
    plan.stretch(0, 0, size);
    bindRows();
    for (const [begin, end] of [
      [0, 0],
      [0, PIECE],
      [PIECE, size],
    ]) {
      expectError(() => plan.stretch(0, begin, end), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^stretch must be the whole/);
    }
    expect(plan.run()).to.equal(undefined);
  });

  it('a plan whose target is bound anew has the whole of it, and is never beyond a shorter one', () => {
    const plan = planOf(fresh(2 * PIECE));
    plan.stretch(0, PIECE, 2 * PIECE);
    const param = fresh(5);
    plan.target(0, 0, 5, 5, param, null, fresh(5), fresh(5));
    plan.gradient(0, fresh(5), null);
    expect(plan.run()).to.equal(undefined);
    expect([...param].every((x) => x < 1)).to.equal(true);
  });

  it('a plan steps each variable by its set of scalars, and clips it by the bounds of its set', () => {
    const array = control(2, 0, set(0.01), set(0.02, 0.5));
    const plan = makePlan(array);
    const [a, b] = [fresh(4), fresh(4)];
    const slots = () => [new Float32Array(4), new Float32Array(4)] as const;
    const ofB = slots();
    plan.target(0, 0, 4, 4, a, null, ...slots());
    plan.target(1, 1, 4, 4, b, null, ...ofB);
    plan.gradient(0, fresh(4), null);
    plan.gradient(1, fresh(4), null);
    expect(plan.run()).to.equal(undefined);
    expect(a[0]).to.be.closeTo(1 - 0.01 * 0.1, 1e-6);
    expect(b[0]).to.be.closeTo(1 - 0.02 * 0.1, 1e-6);
    expect(ofB[1][0]).to.equal(0.25); // a norm of 2 brought to 0.5
  });

  it('a plan whose gradients must be finite writes nothing by one that is not, and says which', () => {
    const array = control(2);
    const [a, b] = [fresh(), fresh()];
    const plan = planOf(a, array);
    plan.target(1, 0, 6, 6, b, null, fresh(), fresh());
    const gradient = fresh();
    plan.gradient(0, fresh(), null);
    plan.gradient(1, gradient, null);
    array[CONTRACT.controlFinite] = 1;
    gradient[5] = Infinity;
    expect(plan.run()).to.equal(CONTRACT.nonFinite - 1);
    expect([...a, ...b]).to.deep.equal([...fresh(), ...fresh()]);
    array[CONTRACT.controlFinite] = 0;
    expect(plan.run()).to.equal(undefined);
    expect(b[5]).to.be.NaN;
  });

  it('a plan clips by norms from outside, until it is told to take its own', () => {
    const u = () => new Float32Array(4);
    const plan = makePlan(control(1, 0, set(0.01, 1)));
    const slot = u();
    plan.target(0, 0, 4, 4, fresh(4), null, u(), slot);
    plan.gradient(0, fresh(4), null);
    plan.norms(Float64Array.of(8));
    plan.run();
    expect(slot[0]).to.equal(0.125);
    slot.fill(0);
    plan.norms(null);
    plan.run();
    expect(slot[0]).to.equal(0.5);
    expectError(() => plan.norms(new Float64Array(2)), RangeError, 'ERR_ADAMAX_LENGTH', /^norms must have 1/);
  });

  it('a plan refuses a range that is none of its entries, and runs one that is', () => {
    for (const [first, count] of [
      [0, 2],
      [0, -1],
      [0, Number.NaN],
      [0, Infinity],
      [1, 1],
      [-1, 1],
      [2 ** 53, 0],
    ]) {
      const plan = planOf(fresh(), control(count, first));
      plan.gradient(0, fresh(), null);
      expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
    }
    const [a, b] = [fresh(), fresh()];
    const plan = planOf(a, control(1, 1));
    plan.target(1, 0, 6, 6, b, null, fresh(), fresh());
    plan.gradient(1, fresh(), null);
    expect(plan.run()).to.equal(undefined);
    expect([a[0] === 1, b[0] === 1]).to.deep.equal([true, false]);
    plan.truncate(1);
    expectError(() => plan.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^count must be/);
  });

  const functions: [keyof PlanCalls, unknown[]][] = [
    ['target', [0, 0, 6, 6, fresh(), null, fresh(), fresh()]],
    ['gradient', [0, fresh(), null]],
    ['place', [fresh(), new Float64Array(3)]],
    ['stretch', [0, 0, 6]],
    ['norms', [null]],
    ['truncate', [0]],
    ['run', []],
    ['runAsync', [{}]],
  ];
  for (const [name, args] of functions) {
    it(`${name}() refuses the number of a plan that is not there, and of one that is busy`, async () => {
      const call = () => (binding[name] as Call)(...args);
      for (const number of [2 ** 32 - 1, 2 ** 31, 10 ** 6]) {
        binding.selectedPlan[0] = number;
        expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^selectedPlan must be the number of a plan: received/);
      }
      const plan = planOf(fresh());
      plan.gradient(0, fresh(), null);
      const done = plan.runAsync({});
      expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^plan must be idle: received/);
      await done;
    });
  }

  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');

  it('a plan goes with its control array once the event loop turns', async () => {
    const number = (() => binding.plan(rule, control()))();
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise(setImmediate);
    }
    binding.selectedPlan[0] = number;
    expectError(() => binding.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^selectedPlan must be/);
  });

  it('plans that nobody has go when others are made, without a turn of the event loop', () => {
    let highest = 0;
    for (let i = 0; i < 20_000; i++) {
      if (i % 1000 === 0) collect();
      highest = Math.max(highest, binding.plan(rule, control()));
    }
    expect(highest).to.be.below(8192);
  });

  it('a plan goes with its control array, in a run off the event loop at the end of that', async () => {
    const [param, gradient] = [new Float32Array(2 ** 20), new Float32Array(2 ** 20).fill(1)];
    held.push(param, gradient);
    let number = -1;
    const start = () => {
      const array = control();
      number = binding.plan(rule, array);
      binding.selectedPlan[0] = number;
      binding.target(0, 0, 1, param.length, param, null, fresh(param.length), fresh(param.length));
      binding.gradient(0, gradient, null);
      return binding.runAsync({});
    };
    const done = start();
    collect();
    // Each makes room by freeing plans that nobody has; whether the run is done by now, nobody knows.
    for (let i = 0; i < 100; i++) binding.plan(rule, control());
    expect(await done).to.equal(undefined);
    expect(param[0]).to.not.equal(0);
    for (let i = 0; i < 3; i++) {
      collect();
      await new Promise(setImmediate);
    }
    binding.selectedPlan[0] = number;
    expectError(() => binding.run(), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^(selectedPlan|count) must be/);
  });

  it('a run dithers slots of bfloat16 by the word of its set, and by 0 where there is no such word', () => {
    for (const [word, stored] of [
      [0xffff, 0x3f81],
      [0x8000, 0x3f81],
      [0x7fff, 0x3f80],
      [0x10000, 0x3f80],
      [-1, 0x3f80],
      [Number.NaN, 0x3f80],
      [1e300, 0x3f80],
    ]) {
      const array = control(1, 0, set(0.01, Infinity, word));
      const number = binding.plan(rule, array, true);
      binding.selectedPlan[0] = number;
      const [m, v] = [new Uint16Array(1), new Uint16Array(1)];
      // Halfway between 1 and the next bfloat16.
      const halfway = Float32Array.of(1 + 2 ** -8);
      held.push(array, m, v, halfway);
      const [target, gradient] = [binding.target as Call, binding.gradient];
      target(0, 0, 1, 1, fresh(1), null, m, v);
      gradient(0, halfway, null);
      binding.run();
      expect(v[0], `${word}`).to.equal(stored);
    }
  });

  it('a run says in the control array that it has stepped, and not where it has found a fault', () => {
    const { controlCount, controlDone } = binding.contract;
    const array = control();
    const plan = planOf(fresh(), array);
    plan.gradient(0, fresh(), Int32Array.of(7));
    expect(plan.run()).to.equal(0);
    expect(array[controlDone]).to.equal(0);
    array[controlCount] = 2;
    expect(() => plan.run()).to.throw(TypeError);
    expect(array[controlDone]).to.equal(0);
    array[controlCount] = 1;
    plan.gradient(0, fresh(), null);
    expect(plan.run()).to.equal(undefined);
    expect(array[controlDone]).to.equal(1);
  });

  it('plan() refuses what is no rule, what is no control array, and what is no format', () => {
    const calls = [
      [],
      [99, control()],
      [rule],
      [rule, [1, 2, 3, 4]],
      [rule, new Float32Array(8)],
      [rule, control(), 1],
    ];
    for (const args of calls) {
      expectError(() => (binding.plan as Call)(...args), TypeError, 'ERR_ADAMAX_ARG_TYPE', /: received/);
    }
    for (const length of [0, 3, 10, 12]) {
      const received = new RegExp(`: received ${length}$`);
      expectError(() => binding.plan(rule, new Float64Array(length)), RangeError, 'ERR_ADAMAX_LENGTH', received);
    }
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
