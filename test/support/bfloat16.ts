/**
 * The bfloat16 nearest to a number, found without its bits: neighbours differ by 2⁻⁷ of the power of two below them, and
 * by no less than 2⁻¹³³.
 */
export function nearest(x: number): number {
  if (Number.isNaN(x) || x === 0 || !Number.isFinite(x)) return x;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(x))), -126);
  const step = 2 ** (exponent - 7);
  const steps = x / step; // exact: a power of two
  const floor = Math.floor(steps);
  const rest = steps - floor;
  const rounded = rest === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : floor + (rest > 0.5 ? 1 : 0);
  const result = rounded * step;
  if (Math.abs(result) >= 2 ** 128) return Math.sign(x) * Infinity;
  return result === 0 && x < 0 ? -0 : result;
}
