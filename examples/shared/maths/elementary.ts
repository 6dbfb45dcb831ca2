/**
 * Exponential and logarithm whose every bit is decided here.
 *
 * ECMAScript lets an engine approximate `Math.exp` and `Math.log` as it likes, and V8 has changed both before. Files
 * that are to be the same bytes on every machine can only rest on what IEEE 754 fixes: + − × ÷ and the square root.
 */

// ln 2 in two parts (fdlibm's): the high one ends in 21 zero bits, so k · LN2_HIGH is exact for every exponent k.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

// Beyond these the result is Infinity or 0 in binary64.
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019412;

const LOWEST_EXPONENT = -1074;
const HIGHEST_EXPONENT = 1023;
const powersOfTwo = tablePowersOfTwo();

const bits = new DataView(new ArrayBuffer(8));

/** e^x, within two units in the last place wherever the result is a normal number. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > EXP_OVERFLOW) return Infinity;
  if (x < EXP_UNDERFLOW) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  // Two factors, because 2^1024 is not a number while 2^1024 · 0.9 is one.
  const half = k >> 1;
  return expOfReduced(r) * powerOfTwo(half) * powerOfTwo(k - half);
}

// Taylor's series to degree 13: at |r| ≤ ln 2 / 2 the first term left out is below 5e-18.
function expOfReduced(r: number): number {
  let sum = 1 / 6227020800;
  sum = 1 / 479001600 + r * sum;
  sum = 1 / 39916800 + r * sum;
  sum = 1 / 3628800 + r * sum;
  sum = 1 / 362880 + r * sum;
  sum = 1 / 40320 + r * sum;
  sum = 1 / 5040 + r * sum;
  sum = 1 / 720 + r * sum;
  sum = 1 / 120 + r * sum;
  sum = 1 / 24 + r * sum;
  sum = 1 / 6 + r * sum;
  sum = 1 / 2 + r * sum;
  return 1 + r * (1 + r * sum);
}

/** The natural logarithm, within two units in the last place. */
export function log(x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return Infinity;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: lifts a subnormal into the range whose exponent bits mean what they say
    k = -54;
  }
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  k += (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m *= 0.5;
    k += 1;
  }
  // log m = 2 artanh((m − 1) / (m + 1)); its argument s stays below 0.172, so ten terms are enough.
  const f = m - 1;
  const s = f / (m + 1);
  const z = s * s;
  const tail = z * artanhSeries(z);
  // 2s = f − s·f, written so that the leading term f is exact and cancellation near x = 1 costs nothing.
  return k * LN2_HIGH + (f - (s * f - 2 * s * tail - k * LN2_LOW));
}

// (artanh s − s) / s³ as a function of z = s².
function artanhSeries(z: number): number {
  let sum = 1 / 21;
  sum = 1 / 19 + z * sum;
  sum = 1 / 17 + z * sum;
  sum = 1 / 15 + z * sum;
  sum = 1 / 13 + z * sum;
  sum = 1 / 11 + z * sum;
  sum = 1 / 9 + z * sum;
  sum = 1 / 7 + z * sum;
  sum = 1 / 5 + z * sum;
  return 1 / 3 + z * sum;
}

function powerOfTwo(k: number): number {
  return powersOfTwo[k - LOWEST_EXPONENT];
}

function tablePowersOfTwo(): Float64Array {
  const table = new Float64Array(HIGHEST_EXPONENT - LOWEST_EXPONENT + 1);
  table[-LOWEST_EXPONENT] = 1;
  for (let k = 1; k <= HIGHEST_EXPONENT; k++) table[k - LOWEST_EXPONENT] = 2 * table[k - 1 - LOWEST_EXPONENT];
  for (let k = -1; k >= LOWEST_EXPONENT; k--) table[k - LOWEST_EXPONENT] = table[k + 1 - LOWEST_EXPONENT] / 2;
  return table;
}
