/**
 * The core of a digest that is equal on every machine and reads memory about as fast as a core can: it tells whether
 * two states are the same, and whether a file is what was written. It is no secret, and no defence against forgery.
 *
 * Word i of a block goes to lane i of two rows of lanes, which mix differently. Each lane takes a word by a step that
 * can be undone, so that a changed word always changes its lanes. The multipliers are those of xxHash32 (Collet).
 * Native twin: native/kernels/digest-inl.h.
 */
import { lengthOf } from '../memory/typed-arrays.js';

/** Words of 32 bits in a block, one for each lane of a row. */
export const DIGEST_LANES = 32;

/** Words that stay in the first-level cache while one lane after another goes over them: 8 KiB. */
const CACHED_WORDS = 2048;

const { imul, min } = Math;

/**
 * Takes whole blocks into the lanes. Lanes do not depend on each other, so each goes over many blocks in local
 * variables.
 * @param lanes - 2 × DIGEST_LANES: the first row, then the second
 */
export function digestBlocks(lanes: Uint32Array, words: Uint32Array): void {
  const length = lengthOf(words);
  for (let begin = 0; begin < length; begin += CACHED_WORDS) {
    const end = min(begin + CACHED_WORDS, length);
    for (let lane = 0; lane < DIGEST_LANES; lane++) {
      // As signed integers, which engines keep in registers.
      let first = lanes[lane] | 0;
      let second = lanes[DIGEST_LANES + lane] | 0;
      for (let i = begin + lane; i < end; i += DIGEST_LANES) {
        const word = words[i] | 0;
        first = imul(first ^ word, 0x9e3779b1);
        first ^= first >>> 15;
        second = imul((second + word) | 0, 0x85ebca77);
        second ^= second >>> 13;
      }
      lanes[lane] = first;
      lanes[DIGEST_LANES + lane] = second;
    }
  }
}
