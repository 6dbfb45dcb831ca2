import { sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { joinSums, PIECE } from '#internals';
import { LENGTHS, placed, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { sumOfSquares } from '../support/oracle.js';

const random = new Random(99);
const lengths = [...LENGTHS, 4095, 4096, 4097, 8191, 8192, 8193, 12288, 12289, 20480, 28672, 2 ** 17 + 1];
const cases = lengths.map((n) => {
  const x = random.normals(n).map((value) => value * 2 ** (random.below(40) - 20));
  return { x, sum: sumOfSquares(x) };
});

/** Numbers whose squares differ by up to 2⁴⁰, so that a sum in another order shows. */
const wide = random.normals(12 * PIECE).map((value) => value * 2 ** random.below(21));

onEveryImplementation('sum of squares', () => {
  it('has the bits of the fixed shape, at every length and offset', () => {
    for (const { x, sum } of cases) {
      for (let offset = 0; offset < (x.length > 100 ? 3 : 16); offset++) {
        expect(Object.is(sumSquares(placed(x, offset)), sum), `length ${x.length}, offset ${offset}`).to.equal(true);
      }
    }
  });

  it('has the same bits when it is joined from those of pieces, wherever they were computed', () => {
    const several = Array.from({ length: 12 }, () => random.below(12 * PIECE));
    for (const length of [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5, 7 * PIECE, ...several]) {
      const x = wide.subarray(0, length);
      const sums: number[] = [];
      for (let begin = 0; begin < length; begin += PIECE) sums.push(sumSquares(x.subarray(begin, begin + PIECE)));
      const joined = joinSums(Float64Array.from(sums));
      expect(Object.is(joined, sumSquares(x)), `length ${length}`).to.equal(true);
      expect(Object.is(joined, sumOfSquares(x)), `length ${length}, by the oracle`).to.equal(true);
      expect(Object.is(joinSums(sums), joined), `length ${length}, of an array`).to.equal(true);
    }
  });

  it('is 0 for nothing, exact for one, and does not overflow where float32 would', () => {
    expect(sumSquares(new Float32Array(0))).to.equal(0);
    expect(sumSquares(Float32Array.from([-3]))).to.equal(9);
    const big = Math.fround(3e38);
    expect(sumSquares(new Float32Array(1000).fill(big))).to.be.closeTo(1000 * big * big, 1e66);
  });

  it('passes on infinities and NaN', () => {
    const x = new Float32Array(50).fill(1);
    x[33] = -Infinity;
    expect(sumSquares(x)).to.equal(Infinity);
    x[49] = NaN;
    expect(sumSquares(x)).to.be.NaN;
  });
});
