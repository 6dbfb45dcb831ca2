import { expect } from 'chai';
import { philox } from '#internals';

/** Counter, key and words: the known answers of the authors' library, Random123, and the sequence's next places. */
const ANSWERS: [counter: number[], key: [number, number], words: number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/** The same in whole numbers of any size. */
function philoxBig(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  const word = 0xffffffffn;
  let [[c0, c1, c2, c3], [k0, k1]] = [counter, key];
  for (let round = 0; round < 10; round++) {
    const [p0, p1] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & word, (p0 >> 32n) ^ c3 ^ k1, p0 & word];
    [k0, k1] = [(k0 + 0x9e3779b9n) & word, (k1 + 0xbb67ae85n) & word];
  }
  return [c0, c1, c2, c3];
}

describe('philox', () => {
  it("gives its authors' answers", () => {
    for (const [counter, key, words] of ANSWERS) {
      const block = Uint32Array.from(counter);
      philox(block, ...key);
      expect([...block]).to.deep.equal(words);
    }
  });

  it('is right for any counter and key', () => {
    const block = new Uint32Array(4);
    const key: [number, number] = [1, 2];
    for (let i = 0; i < 2000; i++) {
      const expected = philoxBig(Array.from(block, BigInt), key.map(BigInt));
      philox(block, ...key);
      expect(Array.from(block, BigInt)).to.deep.equal(expected);
      key[i % 2] = block[0];
    }
  });
});
