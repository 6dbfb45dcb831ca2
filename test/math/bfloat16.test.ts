import { expect } from 'chai';
import { fromBfloat16, toBfloat16 } from '#internals';
import { nearest } from '../support/bfloat16.js';
import { Random, SPECIAL } from '../support/data.js';

describe('bfloat16', () => {
  it('is the upper half of a float32, rounded to the nearest, ties to even', () => {
    const random = new Random(3);
    const numbers = [...SPECIAL, ...random.wild(20000)];
    for (const x of random.normals(2000)) {
      const low = nearest(x);
      // On and beside the middle between two neighbours.
      for (const ulps of [127, 127.5, 128, 128.5, 129, 255]) {
        numbers.push(Math.fround(low + Math.sign(low) * ulps * 2 ** (Math.floor(Math.log2(Math.abs(low))) - 15)));
      }
    }
    for (const x of numbers) {
      const pattern = toBfloat16(x);
      expect(pattern).to.be.within(0, 0xffff);
      expect(fromBfloat16(pattern), `${x}`).to.satisfy((y: number) => Object.is(y, nearest(x)));
    }
    for (let pattern = 0; pattern < 0x10000; pattern++) {
      const x = fromBfloat16(pattern);
      if (!Number.isNaN(x)) expect(toBfloat16(x)).to.equal(pattern);
    }
  });
});
