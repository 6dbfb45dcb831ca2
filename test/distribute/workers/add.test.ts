import { expect } from 'chai';
import { addPairwise, addParts } from '#internals';
import { onEveryImplementation } from '../../support/implementations.js';
import { firstDifference, input, treeSums } from './support.js';

onEveryImplementation('sums of parts', () => {
  for (const parts of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    it(`have the order of the contract: ${parts} parts`, () => {
      for (const length of [0, 1, 17, 1000, 16_384, 40_001]) {
        const arrays = Array.from({ length: parts }, (_, rank) => input(rank, length));
        const expected = treeSums(arrays);
        const sum = new Float32Array(length).fill(7);
        addParts(arrays, sum);
        expect(firstDifference(sum, expected), `addParts of ${length}`).to.equal(undefined);
        const portable = new Float32Array(length).fill(7);
        addPairwise(arrays, portable, 0, length);
        expect(firstDifference(portable, expected), `addPairwise of ${length}`).to.equal(undefined);
      }
    });
  }

  it('have the bits of +, of zeros, infinities, the smallest and the largest numbers too', () => {
    const values = [0, -0, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 2 ** 127 * 1.5, -(2 ** 127) * 1.5];
    values.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1 + 2 ** -23, 2 ** -24);
    const pairs = values.flatMap((a) => values.map((b) => [a, b]));
    const left = Float32Array.from(pairs, ([a]) => a);
    const right = Float32Array.from(pairs, ([, b]) => b);
    const sum = new Float32Array(pairs.length);
    addParts([left, right], sum);
    pairs.forEach(([a, b], i) => {
      expect(Object.is(sum[i], Math.fround(a + b)), `${a} + ${b}: ${sum[i]}`).to.equal(true);
    });
  });

  it('are NaN where a part is', () => {
    const sum = new Float32Array(2);
    addParts([new Float32Array([1, Number.NaN]), new Float32Array([Number.NaN, 1])], sum);
    expect([...sum]).to.deep.equal([Number.NaN, Number.NaN]);
  });
});
