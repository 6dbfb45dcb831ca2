import { expect } from 'chai';
import { ditherOf } from '#internals';
import { ditherOf as expected } from '../support/bfloat16.js';
import { Random } from '../support/data.js';

/** Results of MurmurHash3 for no bytes at all, which is its finalizer applied to the seed; published test vectors. */
const HASH_OF_1 = 0x514e28b7;
const HASH_OF_ALL_ONES = 0x81f16f39;

const upperHalf = (sum: number) => Math.floor((((sum % 2 ** 32) + 2 ** 32) % 2 ** 32) / 65536);

describe('the dither of a step', () => {
  it('is a multiple of the golden ratio in the first 2,047 steps', () => {
    for (let step = 1; step < 2048; step++) {
      const ratio = (step * (Math.sqrt(5) - 1)) / 2;
      // 32 bits of the ratio leave an error of 2⁻³³ · 2,047, a fraction of a word.
      expect(ditherOf(step), `step ${step}`).to.be.closeTo(Math.floor((ratio % 1) * 65536), 1);
    }
  });

  it('has the finalizer of MurmurHash3 added, of the number of the block', () => {
    expect(ditherOf(2048)).to.equal(upperHalf(2048 * 0x9e3779b9 + HASH_OF_1));
    expect(ditherOf(2048 * 0xffffffff)).to.equal(upperHalf(-2048 * 0x9e3779b9 + HASH_OF_ALL_ONES));
  });

  it('is a word of 16 bits for every number of a step', () => {
    const random = new Random(2);
    const steps = Array.from({ length: 2000 }, (_, k) => 1 + random.below(2 ** (1 + (k % 30))));
    for (const step of [...steps, ...steps.map((k) => k * 2 ** 22), 2 ** 32, 2 ** 43, 2 ** 53 - 1]) {
      expect(ditherOf(step), `step ${step}`).to.equal(expected(step)).and.to.be.within(0, 65535);
    }
  });

  it('gives every word its share', () => {
    const counts = new Array<number>(64).fill(0);
    for (let step = 1; step <= 65536; step++) counts[ditherOf(step) >> 10]++;
    for (const count of counts) expect(count).to.be.within(1024 - 40, 1024 + 40);
  });
});
