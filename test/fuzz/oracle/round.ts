const cell = new Float32Array(1);

/** The nearest binary32 number, ties to even: what a store to a Float32Array makes of a number. */
export function round(x: number): number {
  cell[0] = x;
  return cell[0];
}

/** A moment of magnitude below 2⁻¹⁰² is +0. */
export function flushed(x: number): number {
  return Math.abs(x) < 2 ** -102 ? 0 : x;
}

/** base^exponent by repeated squaring, from the lowest bit of the exponent. */
export function powered(base: number, exponent: number): number {
  let [result, square] = [1, base];
  for (let rest = BigInt(exponent); rest > 0n; rest /= 2n) {
    if (rest % 2n === 1n) result *= square;
    square *= square;
  }
  return result;
}
