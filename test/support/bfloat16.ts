/**
 * The bfloat16 nearest to a number, found without its bits: neighbours differ by 2⁻⁷ of the power of two below them,
 * and by no less than 2⁻¹³³.
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

/**
 * What a step stores of a number, found without its bits: of the two neighbours around it the lower in magnitude,
 * unless what lies between and `word` 65,536ths of their distance reach the upper one.
 */
export function dithered(x: number, word: number): number {
  if (Number.isNaN(x) || x === 0 || !Number.isFinite(x)) return x;
  const magnitude = Math.abs(x);
  const step = 2 ** (Math.max(exponentOf(magnitude), -126) - 7);
  const result = Math.floor(magnitude / step + word / 65536) * step;
  return Math.sign(x) * (result >= 2 ** 128 ? Infinity : result);
}

function exponentOf(magnitude: number): number {
  const exponent = Math.floor(Math.log2(magnitude)); // may be one too large just below a power of two
  return 2 ** exponent > magnitude ? exponent - 1 : exponent;
}

/** The word that step number `step` dithers by, in whole numbers that are cut to 32 bits by division. */
export function ditherOf(step: number): number {
  const words = 2n ** 32n;
  let hash = (BigInt(step) / 2048n) % words;
  hash = ((hash ^ (hash / 2n ** 16n)) * 0x85ebca6bn) % words;
  hash = ((hash ^ (hash / 2n ** 13n)) * 0xc2b2ae35n) % words;
  hash ^= hash / 2n ** 16n;
  return Number(((BigInt(step) * 0x9e3779b9n + hash) % words) / 2n ** 16n);
}
