/**
 * Elementary functions made of +, −, × and ÷ alone. ECMAScript leaves the last bits of `Math.cos`, `Math.log` and
 * `Math.pow` to the engine, and V8 has changed them between versions; a training that is resumed elsewhere shall see
 * the very same rates and weights.
 */
import { power } from './power.js';

/** ln 2 in two parts. The first has 32 bits, so that its product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** cos(πx), within 2⁻⁵² of it; exact where x is a multiple of ½. */
export function cosPi(x: number): number {
  const remainder = Math.abs(x % 2);
  const t = remainder > 1 ? 2 - remainder : remainder;
  if (t <= 0.25) return cosine(Math.PI * t);
  if (t >= 0.75) return -cosine(Math.PI * (1 - t));
  return sine(Math.PI * (0.5 - t));
}

/** 1 − y²/(1·2)·(1 − y²/(3·4)·(…)), for |y| ≤ π/4. */
function cosine(y: number): number {
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (y * y * sum) / (n * (n - 1));
  return sum;
}

/** y·(1 − y²/(2·3)·(1 − y²/(4·5)·(…))), for |y| ≤ π/4. */
function sine(y: number): number {
  let sum = 1;
  for (let n = 18; n > 0; n -= 2) sum = 1 - (y * y * sum) / (n * (n + 1));
  return y * sum;
}

const bits = new DataView(new ArrayBuffer(8));

/** The natural logarithm of a positive normal number, within two units in the last place. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  let exponent = (high >>> 20) - 1023;
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2·artanh s = 2·(s + s³/3 + s⁵/5 + …), |s| < 0.172
  const s = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let n = 25; n > 1; n -= 2) sum = (sum + 1 / n) * (s * s);
  return exponent * LN2_HIGH + (2 * s + (2 * s * sum + exponent * LN2_LOW));
}

/** e^y; 0 and Infinity from a magnitude of about 2^±1023 on. */
function exp(y: number): number {
  if (y > 710) return Infinity;
  if (y < -710) return 0;
  const k = Math.round(y / Math.LN2);
  const rest = y - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  for (let n = 14; n > 0; n--) sum = 1 + (rest * sum) / n;
  return k >= 0 ? sum * power(2, k) : sum / power(2, -k);
}

/** Up to this exponent repeated squaring loses less than the logarithm does, and it is exact where the result is. */
const SQUARED = 1024;

/** base^exponent for a base ≥ 0, within 2⁻⁴² of it: by repeated squaring for whole exponents, else by exp and log. */
export function powerOf(base: number, exponent: number): number {
  if (Number.isInteger(exponent) && exponent >= 0 && exponent <= SQUARED) return power(base, exponent);
  if (base === 1) return 1;
  if (base < 2 ** -1022) return exponent > 0 ? 0 : Infinity;
  return exp(exponent * log(base));
}
