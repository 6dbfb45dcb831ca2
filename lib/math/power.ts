/** base^exponent by repeated squaring from the lowest bit, so that no engine's `Math.pow` decides a bit. */
export function power(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  let rest = exponent;
  for (; rest > 0x7fffffff; rest = Math.floor(rest / 2), square *= square) if (rest % 2 === 1) result *= square;
  for (; rest > 0; rest >>= 1, square *= square) if ((rest & 1) === 1) result *= square; // integers are much faster
  return result;
}
