import { expect } from 'chai';
import { ditheredBfloat16, fromBfloat16, toBfloat16 } from '#internals';
import { dithered, nearest } from '../support/bfloat16.js';
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

  it('is dithered by a step: the upper half of bits and word', () => {
    const random = new Random(5);
    const numbers = [...SPECIAL, ...random.wild(1000), ...random.normals(1000)].map(Math.fround);
    for (const word of [0, 1, 0x3c6e, 0x7fff, 0x8000, 0x9e37, 0xffff]) {
      for (const x of numbers) {
        const pattern = ditheredBfloat16(x, word);
        expect(pattern).to.be.within(0, 0xffff);
        const want = dithered(x, word);
        expect(fromBfloat16(pattern), `${x} by ${word}`).to.satisfy((y: number) => Object.is(y, want));
      }
    }
  });

  it('stays as it is when it is dithered again', () => {
    const patterns = Array.from({ length: 0x10000 }, (_, pattern) => pattern);
    const numbers = patterns.filter((pattern) => !Number.isNaN(fromBfloat16(pattern)));
    for (const word of [0, 1, 0x8000, 0xffff]) {
      const changed = numbers.filter((pattern) => ditheredBfloat16(fromBfloat16(pattern), word) !== pattern);
      expect(changed).to.deep.equal([]);
    }
  });

  it('keeps infinities and NaN when dithered, and may make infinity of the largest numbers', () => {
    const largest = 3.4028234663852886e38;
    expect([ditheredBfloat16(Infinity, 0xffff), ditheredBfloat16(-Infinity, 0xffff)]).to.deep.equal([0x7f80, 0xff80]);
    expect([ditheredBfloat16(largest, 0), ditheredBfloat16(-largest, 1)]).to.deep.equal([0x7f7f, 0xff80]);
    expect(ditheredBfloat16(Number.NaN, 0xffff) & 0x7fff).to.equal(0x7fc0);
  });

  it('loses nothing in the mean over all words', () => {
    for (const x of [1, 1 + 2 ** -23, 1 + 2 ** -8, -1.7, 2 - 2 ** -23, 3e-39, 1e-45].map(Math.fround)) {
      let sum = 0;
      for (let word = 0; word < 65536; word++) sum += fromBfloat16(ditheredBfloat16(x, word));
      expect(sum / 65536, `${x}`).to.equal(x);
    }
  });
});
