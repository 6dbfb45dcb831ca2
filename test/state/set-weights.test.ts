import { deserialize, serialize } from 'node:v8';
import { Adamax, Variable, type WeightsReport } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { snapshot } from '../support/snapshot.js';
import { expectMisfit } from './misfit.js';
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
      [{ 'b/v': null }, /nothing for 'b\/v'/],
      [{ 'b/v': { name: 'b/u' } }, /nothing for 'b\/v'; 'b\/u', for which there is no place/],
      [{ 'b/v': { shape: [4] } }, /weights\[4\]\.shape must be \[2, 2\] for 'b\/v': received \[ 4 \]/],
      [{ 'b/v': { data: f32(1) } }, /weights\[4\] must have 4 elements for 'b\/v': received Float32Array\(1\)/],
      [
        { 'a/v': { name: 'a/m' } },
        /weights\[3\]\.name must be another than those before it: received 'a\/m'; nothing for 'a\/v'/,
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
        /weights\[0\] must be a number of steps in \[0, 2⁵³ − 1\) for 'iterations': received -5n/,
      ],
      [{ iterations: { data: BigInt64Array.of(2n ** 53n) } }, /weights\[0\] .*: received 9007199254740992n/],
      [{ iterations: { data: '???' } }, /weights\[0\]\.data must be base64 of elements of int64: received '\?\?\?'/],
      [{ iterations: { data: 'AgE=' } }, /weights\[0\]\.data must be base64 .*: received 'AgE='/],
      [
        { iterations: { shape: undefined } },
        /weights\[0\]\.shape must be an array of numbers: received undefined; nothing for 'iterations'/,
      ],
      [
        { 'a/m': null, 'b/m': { shape: [2] }, 'a/v': { data: 'x' } },
        /weights\[1\]\.shape must be \[2, 2\] .*: received \[ 2 \]; weights\[2\]\.data must be base64 of elements of float32: received 'x'; nothing for 'a\/m'/,
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
    expectMisfit(optimizer, [], /nothing for 'iterations', 'w0\/m', .*'w5\/m', 'w0\/v', and 5 more/);
    expect(reportOf(() => optimizer.setWeights([])).missing).to.have.length(13);
  });

  it('refuses another rule, names for some only, and a getter that takes memory away', () => {
    const { optimizer, a } = trained(2);
    const [iterations, m] = optimizer.getWeights();
    expectMisfit(
      optimizer,
      [{ ...iterations }, { ...m, name: 'a/rms' }],
      /nothing for 'a\/m', 'b\/m', 'a\/v', 'b\/v'; 'a\/rms', for which there is no place/,
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
