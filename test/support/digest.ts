/** What a digest takes into its lanes, in whole numbers without a bound: an independent calculation of it. */

const MODULUS = 2n ** 32n;

/** @returns the 64 lanes after all words, whose number is a multiple of 32 */
export function digestOf(lanes: Uint32Array, words: Uint32Array): Uint32Array {
  const state = Array.from(lanes, BigInt);
  words.forEach((word, i) => {
    const lane = i % 32;
    const first = ((state[lane] ^ BigInt(word)) * 2654435761n) % MODULUS;
    state[lane] = first ^ (first / 2n ** 15n);
    const second = ((state[32 + lane] + BigInt(word)) * 2246822519n) % MODULUS;
    state[32 + lane] = second ^ (second / 2n ** 13n);
  });
  return Uint32Array.from(state, Number);
}
