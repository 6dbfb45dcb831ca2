/**
 * The core of a digest that is equal on every machine and reads memory about as fast as a core can: it tells whether two
 * states are the same, and whether a file is what was written. It is no secret, and no defence against forgery.
 *
 * Word i of a block goes to lane i of two rows of lanes, which mix differently. Each lane takes a word by a step that can be
 * undone, so that a changed word always changes its lanes. The multipliers are those of xxHash32 (Collet).
 * Native twin: native/kernels/digest-inl.h.
 */
import { lengthOf } from '../memory/typed-arrays.js';

/** Words of 32 bits in a block, one for each lane of a row. */
export const DIGEST_LANES = 32;

const { imul } = Math;

/**
 * Takes whole blocks into the lanes.
 * @param lanes - 2 × DIGEST_LANES: the first row, then the second
 */
export function digestBlocks(lanes: Uint32Array, words: Uint32Array): void {
  const length = lengthOf(words);
  for (let begin = 0; begin < length; begin += DIGEST_LANES) {
    for (let lane = 0; lane < DIGEST_LANES; lane++) {
      const word = words[begin + lane];
      const first = imul(lanes[lane] ^ word, 0x9e3779b1);
      lanes[lane] = first ^ (first >>> 15);
      const second = imul(lanes[DIGEST_LANES + lane] + word, 0x85ebca77);
      lanes[DIGEST_LANES + lane] = second ^ (second >>> 13);
    }
  }
}
