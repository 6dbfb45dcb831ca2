import { Adamax } from 'adamax';
import { Report } from 'adamax/report';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';

const symbol = Symbol('s');
const bad = new Proxy(
  {},
  {
    get() {
      throw new Error('mine');
    },
  },
);
/** Values of all kinds; each case takes those out that are good. */
const ALL: readonly unknown[] = [
  ...[undefined, null, true, 0, -1, 0.5, NaN, Infinity, 2 ** 60, 5n, '', 'x', symbol, () => 1, class {}],
  ...[[], [1], {}, new Map(), new Set([1]), new Date(0), Promise.resolve(1), new Float32Array(2), new Adamax(), /x/],
];

function isCoded(action: () => unknown, value: unknown): void {
  try {
    action();
  } catch (error) {
    expect(error, String((error as Error)?.stack))
      .to.have.property('code')
      .that.matches(/^ERR_ADAMAX_/);
    expect((error as Error).message, typeof value).to.match(/ must .*: received /s);
    return;
  }
  expect.fail(`no error for ${typeof value} ${Object.prototype.toString.call(value)}`);
}

describe('clumsy use of a report', () => {
  const but = (...good: unknown[]) => ALL.filter((value) => !good.some((one) => Object.is(one, value)));
  const isObject = (value: unknown) => Object.prototype.toString.call(value) === '[object Object]';

  it('is answered by a coded error, whatever is handed over', () => {
    const report = new Report();
    const step = { steps: 1, loss: 1 };
    const objects = ALL.filter((value) => !(isObject(value) && Object.keys(value as object).length === 0));
    for (const value of objects.filter((one) => one !== undefined)) isCoded(() => new Report(value as never), value);
    for (const value of objects) isCoded(() => report.step(value as never), value);
    for (const value of objects.filter((one) => one !== undefined && one !== null)) {
      isCoded(() => report.step(step, value as never), value);
    }
    const options: Record<string, unknown[]> = {
      title: but(undefined, '', 'x'),
      path: but(undefined, null),
      every: but(undefined, 0, 0.5, 2 ** 60),
      state: but(undefined, null),
    };
    for (const [name, values] of Object.entries(options)) {
      for (const value of values) isCoded(() => new Report({ [name]: value } as never), value);
    }
    const members: Record<string, unknown[]> = {
      steps: but(0),
      loss: but(undefined, 0, -1, 0.5, NaN, Infinity, 2 ** 60),
      learningRate: but(undefined, 0, -1, 0.5, NaN, Infinity, 2 ** 60),
      gradientNorm: but(undefined, 0, -1, 0.5, NaN, Infinity, 2 ** 60),
      skipped: but(undefined, true),
    };
    for (const [name, values] of Object.entries(members)) {
      for (const value of values) isCoded(() => report.step({ steps: 1, [name]: value } as never), value);
    }
    for (const value of members.loss) isCoded(() => report.step(step, { mine: value } as never), value);
    for (const value of ALL) isCoded(() => report.save(value as never), value);
    expect(report.state).to.deep.equal(new Report().state);
  });

  it('says what it should have been', () => {
    const report = new Report();
    const type = (action: () => unknown, message: RegExp) =>
      expectError(action, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    const value = (action: () => unknown, message: RegExp) =>
      expectError(action, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    type(
      () => report.step(new Adamax().lastStep),
      /^record must be lastStep of an optimizer that has stepped: received null$/,
    );
    type(
      () => report.step(new Adamax() as never),
      /^record must be lastStep of an optimizer, or a copy of it: received the optimizer 'Adamax'$/,
    );
    type(() => report.step({ steps: 1 }, { loss: '0.5' } as never), /^series\.loss must be a number: received '0\.5'$/);
    value(() => report.save('a.png'), /^path must be a file that ends in \.html or \.svg: received 'a\.png'$/);
    value(() => report.step({ steps: 1 }, { ' ': 1 }), /^series must be named by 1 to 60 characters: received ' '$/);
    report.step({ steps: 7 });
    value(() => report.step({ steps: 6 }), /^record\.steps must be no less than the 7 of before .*: received 6$/);
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`c${i}`, i]));
    value(() => report.step({ steps: 8 }, many), /^series must be at most 32 curves .*: received 'c32'$/);
    expect([report.state.last, report.state.curves.length]).to.deep.equal([7, 0]);
    const unknown = () => new Report({ titel: 'x' } as never);
    expectError(
      unknown,
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^Report must only have the options title, path, every, state/,
    );
    const typo = () => Object.assign(report, { titel: 'x' });
    expectError(typo, TypeError, 'ERR_ADAMAX_OPTION', /^Report must be told nothing: received 'titel'$/);
    const set = () => Object.assign(report, { title: 'x' });
    expectError(set, TypeError, 'ERR_ADAMAX_OPTION', /^title must be given to the constructor: received 'x'$/);
  });

  it('has what getters throw pass through, and nothing taken note of', () => {
    const report = new Report();
    const throwing = {
      get loss(): number {
        throw new Error('mine');
      },
    };
    expect(() => report.step({ steps: 1, ...{} }, throwing)).to.throw('mine');
    expect(() => report.step(Object.create(throwing, { steps: { value: 1 } }) as never)).to.throw('mine');
    expect(() => report.step(bad as never)).to.throw();
    expect(report.state).to.deep.equal(new Report().state);
  });

  it('of a state that is none is refused, by the place in it', () => {
    const report = new Report();
    for (let steps = 3; steps < 9; steps++) report.step({ steps, loss: steps, skipped: steps === 5 });
    const state = JSON.parse(JSON.stringify(report.state));
    const spoilt: [change: object, message: RegExp][] = [
      [{ version: 2 }, /^state\.version must be 1: received 2$/],
      [{ first: -1 }, /^state\.first must be a whole number ≥ 0: received -1$/],
      [{ first: null }, /^state\.last must be within/],
      [{ last: 2 }, /^state\.last must be within/],
      [{ last: 1000 }, /^state\.last must be within/],
      [{ width: 3 }, /^state\.width must be a power of two: received 3$/],
      [{ width: 0 }, /^state\.width must be a power of two: received 0$/],
      [{ skips: 5 }, /^state\.skips must be an array/],
      [{ skipped: 'x' }, /^state\.skipped must be a number/],
      [{ curves: [5] }, /^state\.curves\[0\] must be what report\.state was: received 5$/],
      [{ curves: [{ name: 5 }] }, /^state\.curves\[0\]\.name must be a string/],
      [
        { curves: [{ name: 'a', last: null, points: [[512, 0, 0, 0, 1, 0]] }] },
        /^state\.curves\[0\]\.points\[0\] must be a point/,
      ],
      // The run has come to the sixth step: nothing is drawn beyond its end, nor before its beginning.
      [
        { curves: [{ name: 'a', last: null, points: [[6, 0, 0, 0, 1, 0]] }] },
        /^state\.curves\[0\]\.points\[0\] must be a point/,
      ],
      [{ first: null, last: null }, /^state\.skips\[0\] must be a point/],
      // Differences of such numbers are infinite.
      [
        { curves: [{ name: 'a', last: null, points: [[0, -1.7e308, 1.7e308, 0, 2, 0]] }] },
        /^state\.curves\[0\]\.points\[0\] must be a point/,
      ],
      [{ curves: [{ name: ' ', last: null, points: [] }] }, /^state\.curves\[0\] must be named by 1 to 60 characters/],
      [{ curves: [{ name: 'a'.repeat(61), last: null, points: [] }] }, /^state\.curves\[0\] must be named by/],
      [
        { curves: [{ name: 'a', last: null, points: [[0, 1, 0, 0, 1, 0]] }] },
        /^state\.curves\[0\]\.points\[0\] must be a point/,
      ],
      [
        {
          curves: [
            {
              name: 'a',
              last: null,
              points: [
                [1, 0, 0, 0, 1, 0],
                [1, 0, 0, 0, 1, 0],
              ],
            },
          ],
        },
        /points\[1\] must be a point/,
      ],
      [
        { curves: Array.from({ length: 33 }, (_, i) => ({ name: `${i}`, last: null, points: [] })) },
        /^state\.curves must/,
      ],
    ];
    expect(new Report({ state }).svg()).to.equal(report.svg());
    for (const [change, message] of spoilt) {
      const make = () => new Report({ state: { ...state, ...change } });
      expect(make, JSON.stringify(change))
        .to.throw(message)
        .with.property('code')
        .that.matches(/^ERR_ADAMAX_ARG_/);
    }
  });
});
