import { expect } from 'chai';
import { Digest, digestOfText } from '#internals';
import { Random } from '../support/data.js';
import { digestOf } from '../support/digest.js';
import { onEveryImplementation } from '../support/implementations.js';

const MASK = 2n ** 32n - 1n;
const PRIMES = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn, 0x27d4eb2fn, 0x165667b1n];

/** The whole digest in whole numbers without a bound: an independent calculation of it. */
function plainDigest(bytes: Uint8Array): string {
  const padded = new Uint8Array(Math.ceil(bytes.length / 128) * 128);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = Uint32Array.from({ length: padded.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  const begin = Uint32Array.from({ length: 64 }, (_, lane) => Number((BigInt(lane + 1) * 0x9e3779b9n) & MASK));
  const all = [...digestOf(begin, words), bytes.length % 2 ** 32, Math.floor(bytes.length / 2 ** 32)].map(BigInt);
  const ends = [
    [PRIMES[0], PRIMES[2]],
    [PRIMES[1], PRIMES[3]],
    [PRIMES[2], PRIMES[4]],
    [PRIMES[3], PRIMES[0]],
  ];
  return ends
    .map(([seed, multiplier]) => {
      let h = seed;
      for (const word of all) {
        h = ((h ^ word) * multiplier) & MASK;
        h ^= h >> 15n;
      }
      h = ((h ^ (h >> 16n)) * 0x85ebca6bn) & MASK;
      h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) & MASK;
      return (h ^ (h >> 16n)).toString(16).padStart(8, '0');
    })
    .join('');
}

function randomBytes(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

onEveryImplementation('a digest', () => {
  it('is what an independent calculation gives, for every length around its blocks', () => {
    const random = new Random(1);
    for (const length of [...Array(300).keys(), 16_383, 16_384, 16_385, 40_000]) {
      const bytes = randomBytes(length, random);
      expect(new Digest().update(bytes).hex(), `${length} bytes`).to.equal(plainDigest(bytes));
    }
  });

  it('does not depend on how the bytes are cut, or where they lie', () => {
    const random = new Random(2);
    for (let round = 0; round < 100; round++) {
      const length = random.below(40_000);
      const memory = randomBytes(length + 8, random);
      const bytes = memory.subarray(random.below(8)).subarray(0, length);
      const digest = new Digest();
      for (let at = 0; at < length; ) {
        const part = bytes.subarray(at, at + random.below(random.below(2) === 0 ? 200 : 20_000));
        digest.update(part);
        at += part.length;
      }
      expect(digest.hex()).to.equal(new Digest().update(bytes).hex());
    }
  });

  it('is another for every bit, for zeros more, and for words exchanged', () => {
    const bytes = new Uint8Array(130);
    const seen = new Set([new Digest().update(bytes).hex()]);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      seen.add(new Digest().update(bytes).hex());
      bytes[bit >> 3] ^= 1 << (bit & 7);
    }
    for (let length = 0; length < 130; length++) seen.add(new Digest().update(bytes.subarray(0, length)).hex());
    expect(seen.size).to.equal(1 + 8 * 130 + 130);
  });

  it('of a text is that of its UTF-8', () => {
    expect(digestOfText('aü😀')).to.equal(plainDigest(Buffer.from('aü😀')));
  });
});
