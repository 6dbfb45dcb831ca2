/** Numbers as an axis and a table have them: short, and the same on machines of any locale. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** A whole number in full: 12,000. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** A number of steps at a mark: 12k, 1.5M. */
export function briefCount(n: number): string {
  if (n < 10_000) return grouped(n);
  let power = 0;
  let rest = n;
  for (; rest >= 1000 && power < PREFIXES.length - 1; power++) rest /= 1000;
  return `${Number(rest.toPrecision(6))}${PREFIXES[power]}`;
}

/** A number with some significant digits: 0.0123, 1.2e−7, NaN. */
export function brief(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return withMinus(String(x));
  const size = Math.abs(x);
  if (x === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return exponential(x, digits);
  const short = Number(x.toPrecision(digits));
  return withMinus(Math.abs(short) >= 10_000 ? grouped(short) : String(short));
}

/** A value at a mark that differs from its neighbours in the last of so many decimals. */
export function atMark(x: number, decimals: number): string {
  const size = Math.abs(x);
  if (x === 0) return '0';
  const digits = Number(size.toExponential().split('e')[1]) + decimals + 1;
  if (size >= 10_000 && decimals <= 0) return brief(x, Math.max(6, digits));
  if (decimals <= 4) return withMinus(x.toFixed(Math.max(0, decimals)));
  return exponential(x, Math.max(1, digits));
}

/** A power of ten at a mark of a logarithmic axis. */
export function powerOfTen(power: number): string {
  if (power >= -3 && power <= 4) return grouped(10 ** Math.max(power, 0) / 10 ** Math.max(-power, 0));
  return withMinus(`1e${power}`);
}

function exponential(x: number, digits: number): string {
  const [mantissa, exponent] = x.toExponential(Math.min(digits, 17) - 1).split('e');
  return withMinus(`${Number(mantissa)}e${Number(exponent)}`);
}

function withMinus(text: string): string {
  return text.replaceAll('-', '−');
}
