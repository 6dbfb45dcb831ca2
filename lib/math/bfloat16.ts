/**
 * bfloat16: the upper 16 bits of a binary32 number, as a bit pattern. What is assigned rounds to the nearest; what a
 * step stores is dithered, for which native/kernels has a twin in each vector vocabulary.
 */

const number = new Float32Array(1);
const bits = new Uint32Array(number.buffer);

/** The number a pattern stands for. */
export function fromBfloat16(pattern: number): number {
  bits[0] = pattern << 16;
  return number[0];
}

/** The pattern nearest to a number that is rounded to binary32 first; ties go to the even one, NaN stays NaN. */
export function toBfloat16(x: number): number {
  number[0] = x;
  const word = bits[0];
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Widens `from[at … at + n)` to the beginning of `to`; exact. */
export function widen(from: Uint16Array, at: number, to: Float32Array, n: number): void {
  for (let i = 0; i < n; i++) to[i] = fromBfloat16(from[at + i]);
}

/**
 * The pattern that a step stores of a binary32 number: the upper half of its bits + `dither`, so that in the mean over
 * all words of 16 bits nothing is lost. Infinity stays, having no bits to carry; the largest numbers may become it. NaN
 * becomes the quiet one of its payload.
 * @param dither - in [0, 2¹⁶)
 */
export function ditheredBfloat16(x: number, dither: number): number {
  number[0] = x;
  const word = bits[0];
  if ((word & 0x7fffffff) > 0x7f800000) return (word >>> 16) | 0x40;
  return (word + dither) >>> 16;
}

/** Dithers the beginning of `from` to `to[at … at + n)`. */
export function storeDithered(from: Float32Array, to: Uint16Array, at: number, n: number, dither: number): void {
  for (let i = 0; i < n; i++) to[at + i] = ditheredBfloat16(from[i], dither);
}
