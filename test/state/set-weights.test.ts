import { deserialize, serialize } from 'node:v8';
import { Adamax, Variable, type WeightLike, type WeightsReport } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { snapshot } from '../support/snapshot.js';
import { trained } from './trained.js';

const NAMES = ['iterations', 'a/m', 'b/m', 'a/v', 'b/v'];

/** The report that an error carries. */
function reportOf(action: () => unknown): WeightsReport {
  try {
    action();
  } catch (error) {
    return (error as { report: WeightsReport }).report;
  }
  throw new Error('nothing was thrown');
}

/** The error that refuses weights, for a message of which only the end is of interest. */
function expectMisfit(optimizer: Adamax, weights: readonly WeightLike[], received: RegExp): void {
  const before = snapshot(optimizer);
  const text = new RegExp(
    `^weights must fit the state of optimizer 'Adamax'(, which [^:]+)?: received (?:${received.source})$`,
  );
  expectError(() => optimizer.setWeights(weights), RangeError, 'ERR_ADAMAX_WEIGHTS', text);
  expect(snapshot(optimizer)).to.equal(before);
}

describe('setWeights by name', () => {
  it('finds the place of each weight, in whatever order they come', () => {
    const saved = trained(3).optimizer.getWeights();
    expect(saved.map(({ name }) => name)).to.deep.equal(NAMES);
    const { optimizer } = trained(1);
    const report = optimizer.setWeights([...saved].reverse());
    expect(report).to.deep.equal({ loaded: [...NAMES].reverse(), missing: [], unexpected: [], misfits: [] });
    expect(optimizer.getWeights()).to.deep.equal(saved);
  });

  it('takes what v8, structuredClone and JSON make of the weights', () => {
    const { optimizer, a } = trained(3);
    // Numbers that decimal text would bend: a negative zero, an infinity, a NaN, a subnormal number, the largest.
    optimizer.getSlot(a, 'm').assign([-0, 2 ** -149]);
    optimizer.getSlot(a, 'v').assign([Infinity, NaN]);
    const saved = optimizer.getWeights();
    for (const back of [
      deserialize(serialize(saved)),
      structuredClone(saved),
      JSON.parse(JSON.stringify(saved)),
    ] as (typeof saved)[]) {
      const other = trained(1).optimizer;
      other.setWeights(back);
      expect(snapshot(other)).to.equal(snapshot(optimizer));
    }
  });

  it('JSON has little-endian bytes as base64', () => {
    const { optimizer, a } = trained(0);
    optimizer.build([a]);
    optimizer.getSlot(a, 'm').assign([1, -2]);
    optimizer.iterations.assign(258);
    // 00 00 80 3f 00 00 00 c0, and 02 01 00 00 00 00 00 00.
    expect(JSON.parse(JSON.stringify(optimizer.getWeights())).slice(0, 2)).to.deep.equal([
      { name: 'iterations', dtype: 'int64', shape: [], data: 'AgEAAAAAAAA=' },
      { name: 'a/m', dtype: 'float32', shape: [2], data: 'AACAPwAAAMA=' },
    ]);
  });

  it('names all that does not fit in one error, and writes nothing', () => {
    const good = trained(7).optimizer.getWeights();
    const { optimizer } = trained(2);
    const change = (changes: Record<string, object | null>) =>
      good.flatMap((weight) => {
        const changed = changes[weight.name];
        return changed === null ? [] : [{ ...weight, ...changed }];
      });
    for (const [changes, received] of [
      [{ 'b/v': null }, /nothing for its 'b\/v'/],
      [{ 'b/v': { name: 'b/u' } }, /nothing for its 'b\/v'; 'b\/u', for which it has no place/],
      [{ 'b/v': { shape: [4] } }, /weights\[4\]\.shape must be \[2, 2\] for 'b\/v': received \[ 4 \]/],
      [{ 'b/v': { data: f32(1) } }, /weights\[4\] must have 4 elements for 'b\/v': received Float32Array\(1\)/],
      [
        { 'a/v': { name: 'a/m' } },
        /weights\[3\]\.name must be another than those before it: received 'a\/m'; nothing for its 'a\/v'/,
      ],
      [
        { 'a/m': { dtype: 'float16' } },
        /weights\[1\]\.dtype must be one of float32, bfloat16, int64, float64, int32, int16, int8, uint64, uint32, uint8: received 'float16'/,
      ],
      [{ 'a/m': { dtype: 'banana' } }, /weights\[1\]\.dtype must be .*: received 'banana'/],
      [
        { 'a/m': { data: new Uint16Array(2) } },
        /weights\[1\]\.data must be an array of float32: received Uint16Array\(2\)/,
      ],
      [
        { 'a/m': { dtype: 'int64', data: new BigInt64Array(2) } },
        /weights\[1\] must be of dtype float32, .* for 'a\/m': received 'int64'/,
      ],
      [
        { iterations: { dtype: 'float32', data: f32(1) } },
        /weights\[0\] must be of dtype int64, .* for 'iterations': received 'float32'/,
      ],
      [
        { iterations: { data: BigInt64Array.of(-5n) } },
        /weights\[0\] must be a number of steps, in \[0, 2⁵³\), for 'iterations': received -5n/,
      ],
      [{ iterations: { data: BigInt64Array.of(2n ** 53n) } }, /weights\[0\] .*: received 9007199254740992n/],
      [{ iterations: { data: '???' } }, /weights\[0\]\.data must be base64 of elements of int64: received '\?\?\?'/],
      [{ iterations: { data: 'AgE=' } }, /weights\[0\]\.data must be base64 .*: received 'AgE='/],
      [
        { iterations: { shape: undefined } },
        /weights\[0\]\.shape must be an array of numbers: received undefined; nothing for its 'iterations'/,
      ],
      [
        { 'a/m': null, 'b/m': { shape: [2] }, 'a/v': { data: 'x' } },
        /weights\[1\]\.shape must be \[2, 2\] .*: received \[ 2 \]; weights\[2\]\.data must be base64 of elements of float32: received 'x'; nothing for its 'a\/m'/,
      ],
    ] as [Record<string, object | null>, RegExp][]) {
      expectMisfit(optimizer, change(changes), received);
    }
    const report = reportOf(() => optimizer.setWeights(change({ 'b/v': null, 'a/m': { name: 'c/m' } })));
    expect(report).to.deep.equal({ loaded: [], missing: ['a/m', 'b/v'], unexpected: ['c/m'], misfits: [] });
    optimizer.setWeights(good);
    expect(optimizer.iterations.item()).to.equal(7);
  });

  it('shortens long lists in its message, and has them whole in its report', () => {
    const optimizer = new Adamax();
    optimizer.build(Array.from({ length: 6 }, (_, i) => new Variable(f32(1), { name: `w${i}` })));
    expectMisfit(optimizer, [], /nothing for its 'iterations', 'w0\/m', .*'w5\/m', 'w0\/v', and 5 more/);
    expect(reportOf(() => optimizer.setWeights([])).missing).to.have.length(13);
  });

  it('refuses another rule, names for some only, and a getter that takes memory away', () => {
    const { optimizer, a } = trained(2);
    const [iterations, m] = optimizer.getWeights();
    expectMisfit(
      optimizer,
      [{ ...iterations }, { ...m, name: 'a/rms' }],
      /nothing for its 'a\/m', 'b\/m', 'a\/v', 'b\/v'; 'a\/rms', for which it has no place/,
    );
    const saved = optimizer.getWeights();
    const message = /^names of weights must be there for all or for none: received '4 of 5'$/;
    const some = saved.map((weight, i) => ({ ...weight, name: i === 2 ? null : weight.name }));
    expectError(() => optimizer.setWeights(some), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    const before = optimizer.getWeights();
    const thief = {
      ...saved[4],
      get data() {
        const buffer = optimizer.getSlot(a, 'm').data.buffer as ArrayBuffer;
        structuredClone(buffer, { transfer: [buffer] });
        return saved[4].data;
      },
    };
    const [count] = before;
    expectError(
      () => optimizer.setWeights([{ ...count, data: BigInt64Array.of(9n) }, ...saved.slice(1, 4), thief]),
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^'a\/m' must be a view on live memory/,
    );
    expect(optimizer.iterations.item()).to.equal(2);
    const failing = Object.defineProperty({ ...saved[4] }, 'data', {
      get: () => {
        throw new Error('mine');
      },
    });
    expect(() => optimizer.setWeights([failing])).to.throw('mine');
  });

  it('reads no more than may be a list of weights, and no more of a shape than may be one', () => {
    const { optimizer } = trained(1);
    const [count, ...others] = optimizer.getWeights();
    const message = /^weights must be a list of at most 100005 items: received '4294967295 of them'$/;
    expectError(() => optimizer.setWeights(new Array(2 ** 32 - 1)), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    const long = { ...count, shape: new Array(2 ** 32 - 1) };
    expectMisfit(optimizer, [long, ...others], /weights\[0\]\.shape must be \[\] for 'iterations': received .*items.*/);
  });

  it('lets errors of the caller through, though they look like its own', () => {
    const { optimizer } = trained(1);
    const [count, ...others] = optimizer.getWeights();
    const mine = Object.assign(new Error('mine'), { code: 'ERR_ADAMAX_LENGTH' });
    const failing = Object.defineProperty({ ...count }, 'data', {
      get: () => {
        throw mine;
      },
    });
    expect(() => optimizer.setWeights([failing, ...others], { partial: true })).to.throw('mine');
    class Loud extends Float64Array {
      override get length(): number {
        throw new Error('loud');
      }
    }
    const message = /weights\[1\] must have 2 elements for 'a\/m': received Float64Array\(3\)/;
    expectMisfit(
      optimizer,
      [{ ...count }, { ...others[0], dtype: 'float64', data: new Loud(3) }, ...others.slice(1)],
      message,
    );
  });

  it('copies before it writes: its own slots may come in another order', () => {
    const { optimizer, a, b } = trained(3);
    const before = optimizer.getWeights();
    const swapped = optimizer.getSlotNames().reverse();
    const live = swapped.flatMap((slot) => [optimizer.getSlot(a, slot), optimizer.getSlot(b, slot)]);
    optimizer.setWeights([optimizer.iterations, ...live]);
    const after = optimizer.getWeights();
    for (const [i, j] of [
      [1, 3],
      [2, 4],
      [3, 1],
      [4, 2],
    ]) {
      expect(after[i].data, before[i].name).to.deep.equal(before[j].data);
    }
  });
});

describe('setWeights, partial', () => {
  it('writes what fits and says what did not', () => {
    const { optimizer, a } = trained(2);
    const saved = trained(7).optimizer.getWeights();
    const [iterations, am, bm, av, bv] = saved;
    const before = optimizer.getWeights();
    const report = optimizer.setWeights(
      [{ ...iterations, data: BigInt64Array.of(-1n) }, am, { ...bm, shape: [4] }, av, bv, { ...av, name: 'c/v' }],
      { partial: true },
    );
    expect(report.loaded).to.deep.equal(['a/m', 'a/v']);
    expect(report.missing).to.deep.equal([]);
    expect(report.unexpected).to.deep.equal(['c/v']);
    expect(report.misfits.map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    expect(report.misfits[1].message).to.match(/^weights\[2\]\.shape must be \[2, 2\] for 'b\/m': received \[ 4 \]$/);
    expect(report.misfits[2].message).to.equal("'b/v' must come with 'b/m': received it without");
    expect(optimizer.getSlot(a, 'm').data).to.deep.equal(am.data);
    const others = (_: unknown, i: number) => i !== 1 && i !== 3;
    expect(optimizer.getWeights().filter(others)).to.deep.equal(before.filter(others));
  });

  it('by position takes the first ones, slots of one variable together', () => {
    const { optimizer, a } = trained(2);
    const before = optimizer.getWeights();
    // Of m and v of a only the former is here: divided by ε it would throw a parameter far away.
    const report = optimizer.setWeights([4, [1, 2]], { partial: true });
    expect([report.loaded, report.missing]).to.deep.equal([['iterations'], ['b/m', 'a/v', 'b/v']]);
    expect(report.misfits).to.deep.equal([{ name: 'a/m', message: "'a/m' must come with 'a/v': received it without" }]);
    expect(optimizer.getWeights().slice(1)).to.deep.equal(before.slice(1));
    const zeros = [
      [0, 0],
      [0, 0],
    ];
    expect(optimizer.setWeights([5, [1, 2], zeros, [3, 4]], { partial: true }).loaded).to.deep.equal([
      'iterations',
      'a/m',
      'a/v',
    ]);
    expect([...optimizer.getSlot(a, 'v').data]).to.deep.equal([3, 4]);
    expect(optimizer.setWeights([1, 1, 1, 1, 1, 1, 1], { partial: true }).unexpected).to.deep.equal([
      'weights[5]',
      'weights[6]',
    ]);
  });

  it('leaves a slot of the caller alone, which needs no company', () => {
    const { optimizer, a } = trained(2);
    optimizer.addSlot(a, 'mean');
    const only = [{ name: 'a/mean', shape: [2], data: [1, 2] }];
    expect(optimizer.setWeights(only, { partial: true }).loaded).to.deep.equal(['a/mean']);
  });
});

describe('setWeights, of variables that are frozen', () => {
  const variable = (name: string | null, trainable = true) =>
    new Variable(f32(1, 2), { trainable, ...(name !== null && { name }) });
  const saved = () => {
    const [a, b] = [variable('a'), variable('b')];
    const optimizer = new Adamax();
    optimizer.applyGradients([
      [f32(1, -1), a],
      [f32(2, 3), b],
    ]);
    return optimizer.getWeights();
  };

  it('makes the slots of a variable that was frozen when it was built, if there are any for it', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([a, b]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    expect(optimizer.setWeights(saved()).missing).to.deep.equal([]);
    const byName = (name: string) => optimizer.getWeights().find((weight) => weight.name === name)?.data;
    for (const { name, data } of saved()) expect(byName(name), name).to.deep.equal(data);
    const message = /unique in optimizer 'Adamax'.*: received a second variable 'a'$/;
    expectError(() => optimizer.build([variable('a')]), RangeError, 'ERR_ADAMAX_DUPLICATE', message);
  });

  it('makes none where there are none, and asks for the others where there is one', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([a, b]);
    const without = saved().filter(({ name }) => !name.startsWith('a/'));
    expect(optimizer.setWeights(without).loaded).to.deep.equal(['iterations', 'b/m', 'b/v']);
    const half = saved().filter(({ name }) => name !== 'a/v');
    expectMisfit(optimizer, half, /nothing for its 'a\/v'/);
    expect(optimizer.setWeights(half, { partial: true }).missing).to.deep.equal(['a/v']);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    optimizer.release(a);
    expectMisfit(optimizer, saved(), /'a\/m', 'a\/v', for which it has no place/);
    optimizer.build([variable('a', false)]);
    optimizer.setWeights(saved());
  });

  it('keeps their positions where they have no names', () => {
    const run = (froze: boolean) => {
      const [a, b] = [variable(null, !froze), variable(null)];
      const optimizer = new Adamax();
      optimizer.build([a, b]);
      if (froze) optimizer.applyGradients([[f32(1, 1), b]]);
      a.trainable = true;
      optimizer.applyGradients([
        [f32(2, 2), a],
        [f32(3, 3), b],
      ]);
      return { optimizer, a, b };
    };
    const [first, second] = [run(true), run(false)];
    expect(first.optimizer.getWeights().map(({ name }) => name)).to.deep.equal([
      'iterations',
      '#1/m',
      '#1/v',
      '#0/m',
      '#0/v',
    ]);
    second.optimizer.setWeights(first.optimizer.getWeights());
    expect(second.optimizer.getSlot(second.a, 'm').data).to.deep.equal(first.optimizer.getSlot(first.a, 'm').data);
    expect(second.optimizer.getSlot(second.b, 'm').data).to.deep.equal(first.optimizer.getSlot(first.b, 'm').data);
  });

  it('takes a declaration back when build fails', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([b]);
    expect(() => optimizer.build([a, variable('b')])).to.throw(/second variable 'b'/);
    expectMisfit(optimizer, saved(), /'a\/m', 'a\/v', for which it has no place/);
    optimizer.build([variable('a')]);
    optimizer.setWeights(saved());
  });

  it('says that build is missing where nothing has slots', () => {
    expectError(
      () => new Adamax().setWeights(saved()),
      RangeError,
      'ERR_ADAMAX_WEIGHTS',
      /^weights must fit the state of optimizer 'Adamax', which has no slots before build\(variables\) or a step: received 'a\/m', /,
    );
  });
});

describe('setWeights by position', () => {
  /** Variables of shapes [2] and [2, 2]. */
  const fresh = (slotDtype?: 'bfloat16') => {
    const optimizer = new Adamax(slotDtype === undefined ? {} : { slotDtype });
    const [a, b] = [new Variable(f32(0, 0)), new Variable(f32(0, 0, 0, 0), { shape: [2, 2] })];
    optimizer.build([a, b]);
    return { optimizer, a, b };
  };
  const b = [
    [1, 2],
    [3, 4],
  ];

  it('takes numbers, nested and flat lists, and typed arrays of any kind, where they are exact', () => {
    for (const [count, am] of [
      [10, [0.5, -0.25]],
      [10n, f32(0.5, -0.25)],
      [BigInt64Array.of(10n), Float64Array.of(0.5, -0.25)],
      [BigUint64Array.of(10n), new Variable(f32(0.5, -0.25))],
      [Int32Array.of(10), Uint16Array.of(0x3f00, 0xbe80)], // bfloat16 patterns
      [Float64Array.of(10), { shape: [2], data: [0.5, -0.25] }],
      [
        { shape: [], dtype: 'uint8', data: Uint8Array.of(10) },
        { shape: [2], dtype: 'float64', data: Float64Array.of(0.5, -0.25) },
      ],
      [[10], { shape: [2], dtype: 'float32', data: [0.5, -0.25] }],
    ] as [WeightLike, WeightLike][]) {
      const { optimizer } = fresh();
      optimizer.setWeights([count, am, b, [7, 8], f32(1, 2, 3, 4)]);
      const [iterations, m, bm, v, bv] = optimizer.getWeights().map(({ data }) => data);
      expect(iterations).to.deep.equal(BigInt64Array.of(10n));
      expectSameBits(m as Float32Array, f32(0.5, -0.25), 'm');
      for (const data of [bm, bv]) expectSameBits(data as Float32Array, f32(1, 2, 3, 4), 'b');
      expectSameBits(v as Float32Array, f32(7, 8), 'v');
    }
  });

  it('takes special numbers of float64, and rounds for bfloat16 slots to nearest even', () => {
    const { optimizer, a } = fresh();
    optimizer.setWeights([0, Float64Array.of(NaN, -Infinity), b, Float64Array.of(-0, 2 ** -149), b]);
    expectSameBits(optimizer.getSlot(a, 'm').data, f32(NaN, -Infinity), 'm');
    expectSameBits(optimizer.getSlot(a, 'v').data, f32(-0, 2 ** -149), 'v');
    const narrow = fresh('bfloat16');
    // 1 + 2⁻⁸ lies between two, of which the even one is 1; 1 + 3·2⁻⁸ between two, of which the even one is 1 + 4·2⁻⁸.
    narrow.optimizer.setWeights([0, [1 + 2 ** -8, 1 + 3 * 2 ** -8], b, Float32Array.of(1 + 2 ** -8, 2), b]);
    expect([...narrow.optimizer.getSlot(narrow.a, 'm').data]).to.deep.equal([0x3f80, 0x3f82]);
    expect([...narrow.optimizer.getSlot(narrow.a, 'v').data]).to.deep.equal([0x3f80, 0x4000]);
  });

  it('refuses numbers that the state does not hold exactly, and what are no numbers', () => {
    const { optimizer } = fresh();
    const good: WeightLike[] = [10, [1, 2], b, [1, 2], b];
    // A hole is no number, and neither is what stands behind it on the prototype.
    // biome-ignore lint/suspicious/noSparseArray: that is the case
    const holes = [, 2];
    for (const [i, bad, received] of [
      [0, 0.5, /weights\[0\] must be a whole number that int64 holds exactly: received 0\.5/],
      [0, 2 ** 53, /weights\[0\] .*: received 9007199254740992/],
      [0, 2n ** 63n, /weights\[0\] must be .*: received 9223372036854775808n/],
      [0, 2n ** 64n + 3n, /weights\[0\] must be .*: received 18446744073709551619n/],
      [0, -1, /weights\[0\] must be a number of steps, .*: received -1n/],
      [0, f32(10), /weights\[0\] must be of dtype int64, .* for 'iterations': received Float32Array\(1\)/],
      [0, 'ten', /weights\[0\] must be numbers: received 'ten'/],
      [
        0,
        { shape: [], dtype: 'float64', data: 'AAAAAAAAAAA=' },
        /weights\[0\]\.dtype must be float32, bfloat16 or int64, where data is base64: received 'float64'/,
      ],
      [0, null, /weights\[0\] must be numbers: received null/],
      [0, {}, /weights\[0\]\.shape must be an array of numbers: received undefined.*/],
      [
        1,
        [0.1, 0],
        /weights\[1\]\[0\] must be a number that float32 holds exactly, as Math\.fround gives it: received 0\.1/,
      ],
      [
        1,
        Float64Array.of(0, 0.1),
        /weights\[1\]\[1\] must be a number that float32 holds exactly, as Math\.fround gives it: received 0\.1/,
      ],
      [1, Int32Array.of(0, 2 ** 24 + 1), /weights\[1\]\[1\] must be .*: received 16777217/],
      [1, [1e39, 0], /weights\[1\]\[0\] must be .*: received 1e\+39/],
      [1, [1n, 2n], /weights\[1\]\[0\] must be a number: received 1n/],
      [1, ['1', 2], /weights\[1\]\[0\] must be a number: received '1'/],
      [1, holes, /weights\[1\]\[0\] must be a number: received undefined/],
      [1, [1, 2, 3], /weights\[1\] must have 2 elements, for shape \[2\]: received .*/],
      [
        1,
        BigInt64Array.of(1n, 2n),
        /weights\[1\] must be of dtype float32, .* for '#0\/m': received BigInt64Array\(2\)/,
      ],
      [2, [1, 2, 3], /weights\[2\] must have 2 elements, for shape \[2, 2\]: received .*/],
      [2, [[1, 2], 3], /weights\[2\]\[1\] must be an array of 2: received 3/],
      [2, { shape: [4], data: [1, 2, 3, 4] }, /weights\[2\]\.shape must be \[2, 2\] for '#1\/m': received \[ 4 \]/],
      [4, f32(1), /weights\[4\] must have 4 elements for '#1\/v': received Float32Array\(1\)/],
    ] as [number, unknown, RegExp][]) {
      expectMisfit(
        optimizer,
        good.map((weight, j) => (i === j ? (bad as WeightLike) : weight)),
        received,
      );
    }
    expectMisfit(optimizer, good.slice(0, 3), /nothing for its '#0\/v', '#1\/v'/);
    expectMisfit(optimizer, [...good, 1], /'weights\[5\]', for which it has no place/);
  });
});
