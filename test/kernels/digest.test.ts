import { expect } from 'chai';
import { backend } from '#internals';
import { Random } from '../support/data.js';
import { digestOf } from '../support/digest.js';
import { onEveryImplementation } from '../support/implementations.js';

const random = new Random(2026);
const draw = (n: number) => Uint32Array.from({ length: n }, () => random.integer());
const lanes = draw(64);
// Beyond 64 blocks the fallback begins anew.
const cases = [0, 1, 2, 3, 63, 64, 65, 129, 1000].map((blocks) => {
  const words = draw(32 * blocks);
  return { blocks, words, want: digestOf(lanes, words) };
});

/** The lanes after these words. */
function digested(words: Uint32Array): Uint32Array {
  const state = lanes.slice();
  backend().digest(state, words);
  return state;
}

onEveryImplementation('digest', () => {
  it('takes any number of blocks into the lanes, at every offset', () => {
    for (const { blocks, words, want } of cases) {
      for (let offset = 0; offset < 17; offset++) {
        const buffer = new ArrayBuffer(4 * (offset + words.length + 1));
        const placed = new Uint32Array(buffer, 4 * offset, words.length);
        placed.set(words);
        expect(digested(placed), `${blocks} blocks, offset ${4 * offset}`).to.deep.equal(want);
        expect(placed, 'words').to.deep.equal(words);
      }
    }
  });

  it('writes the lanes and nothing around them, at every offset', () => {
    const { words, want } = cases[3];
    for (let offset = 0; offset < 17; offset++) {
      const all = new Uint32Array(offset + 64 + 16).fill(7);
      const state = all.subarray(offset, offset + 64);
      state.set(lanes);
      backend().digest(state, words);
      expect(state, `offset ${4 * offset}`).to.deep.equal(want);
      state.fill(7);
      expect(all.every((word) => word === 7)).to.equal(true);
    }
  });

  it('is the same in parts as in one', () => {
    const { words, want } = cases[8];
    const state = lanes.slice();
    for (const [begin, end] of [
      [0, 32],
      [32, 96],
      [96, 96],
      [96, words.length],
    ]) {
      backend().digest(state, words.subarray(begin, end));
    }
    expect(state).to.deep.equal(want);
  });

  it('takes zeros, ones and the largest words', () => {
    for (const word of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
      const words = new Uint32Array(96).fill(word);
      expect(digested(words), `${word}`).to.deep.equal(digestOf(lanes, words));
    }
  });

  it('changes both lanes of a word, and no other, with any bit of it', () => {
    const { words, want } = cases[3];
    for (let i = 0; i < words.length; i++) {
      for (let bit = 0; bit < 32; bit++) {
        const other = words.slice();
        other[i] ^= 1 << bit;
        const got = digested(other);
        const changed = [...got.keys()].filter((lane) => got[lane] !== want[lane]);
        expect(changed, `bit ${bit} of word ${i}`).to.deep.equal([i % 32, 32 + (i % 32)]);
      }
    }
  });
});
