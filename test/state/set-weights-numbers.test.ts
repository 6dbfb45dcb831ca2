import { Adamax, Variable, type WeightLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectMisfit } from './misfit.js';

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
      [0, -1, /weights\[0\] must be a number of steps .*: received -1n/],
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
    expectMisfit(optimizer, good.slice(0, 3), /nothing for '#0\/v', '#1\/v'/);
    expectMisfit(optimizer, [...good, 1], /'weights\[5\]', for which there is no place/);
  });
});
