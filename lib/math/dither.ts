/**
 * The word of 16 bits that a step adds to the bits of a number before it stores the upper half of them as bfloat16. It
 * comes from the number of the step alone, so that a step has the same bits however it is split, and a run that is
 * resumed those of one that never stopped.
 *
 * Steps that follow each other get multiples of the golden ratio modulo 1, which share the interval out more evenly
 * than any other multiples do, so that roundings of a moment cancel within few steps. But a row of an embedding may be
 * stepped every so many times, and multiples of 987 golden ratios, or of another Fibonacci number, hardly move. So each
 * block of steps adds a hash of its number: within a block such a row still meets almost one word, and then another.
 */
const { floor, imul } = Math;

/** Steps of a block: the longer, the more even the words, and the longer a row may meet with almost the same one. */
const BLOCK = 2048;

/** The golden ratio less 1, in units of 2⁻³². */
const GOLDEN = 0x9e3779b9;

/** @param step - 1 for the first */
export function ditherOf(step: number): number {
  return (imul(step, GOLDEN) + hash(floor(step / BLOCK))) >>> 16;
}

/**
 * The finalizer of MurmurHash3 (Appleby 2011), of a number modulo 2³²: every bit depends on every other, and 0 stays 0.
 */
function hash(number: number): number {
  let h = imul(number ^ (number >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
