/**
 * The numeric contract once more, transcribed from its text (CONTRIBUTING.md) and not from the code under test. Each
 * rounding is a store to a Float32Array, which is how IEEE 754 binary32 is reached without `Math.fround`.
 */

export interface State {
  readonly param: Float32Array;
  readonly m: Float32Array;
  readonly u: Float32Array;
}

export interface Scalars {
  readonly oneMinusBeta1: number;
  readonly beta2: number;
  readonly alpha: number;
  readonly epsilon: number;
}

const cell = new Float32Array(1);
const magnitude = new Uint32Array(cell.buffer);

function round(x: number): number {
  cell[0] = x;
  return cell[0];
}

/** 2^-102 has the biased exponent 127 − 102 = 25. */
const TINY_BITS = 25 << 23;

function withoutTiny(x: number): number {
  cell[0] = x;
  return (magnitude[0] & 0x7fffffff) < TINY_BITS ? 0 : x;
}

/** One element: `[p', m', u']`. */
export function stepElement(p: number, m: number, u: number, g: number, scalars: Scalars): [number, number, number] {
  const weight = round(scalars.oneMinusBeta1);
  const difference = round(g - m);
  const product = round(difference * weight);
  const m1 = withoutTiny(round(m + product));
  const a = round(u * round(scalars.beta2));
  const b = g < 0 ? -g : g === 0 ? 0 : g;
  // Math.max would keep a NaN in a, where b wins here
  const u1 = withoutTiny(a > b ? a : b);
  const denominator = round(u1 + round(scalars.epsilon));
  const quotient = round(m1 / denominator);
  const change = round(round(scalars.alpha) * quotient);
  return [round(p - change), m1, u1];
}

export function stepDense(state: State, grad: ArrayLike<number>, scalars: Scalars): void {
  for (let i = 0; i < state.param.length; i++) stepAt(state, i, grad[i], scalars);
}

/** Slices are summed row by row, in order of occurrence; then the touched rows are stepped. */
export function stepRows(
  state: State,
  rowLength: number,
  values: Float32Array,
  indices: readonly number[],
  scalars: Scalars,
): void {
  const sums = new Map<number, number[]>();
  indices.forEach((row, slice) => {
    const value = Array.from(values.subarray(slice * rowLength, (slice + 1) * rowLength));
    const sum = sums.get(row);
    sums.set(row, sum === undefined ? value : sum.map((x, i) => round(x + value[i])));
  });
  for (const [row, sum] of sums) {
    sum.forEach((g, i) => {
      stepAt(state, row * rowLength + i, g, scalars);
    });
  }
}

function stepAt(state: State, i: number, g: number, scalars: Scalars): void {
  [state.param[i], state.m[i], state.u[i]] = stepElement(state.param[i], state.m[i], state.u[i], g, scalars);
}

/** Σ x²: 16 lanes over blocks of 4,096, lanes folded in halves, blocks joined as the two halves of a power of two. */
export function sumOfSquares(x: ArrayLike<number>): number {
  const blocks: number[] = [];
  for (let begin = 0; begin < x.length; begin += 4096) {
    let lanes: number[] = new Array(16).fill(0);
    for (let i = begin; i < Math.min(begin + 4096, x.length); i++) lanes[i % 16] += x[i] * x[i];
    while (lanes.length > 1) {
      const half = lanes.length / 2;
      lanes = lanes.slice(0, half).map((sum, i) => sum + lanes[i + half]);
    }
    blocks.push(lanes[0]);
  }
  return join(blocks);
}

/** The largest power of two of blocks on the left, the rest on the right; each side likewise. */
function join(sums: number[]): number {
  if (sums.length === 0) return 0;
  if (sums.length === 1) return sums[0];
  let left = 1;
  while (2 * left < sums.length) left *= 2;
  return join(sums.slice(0, left)) + join(sums.slice(left));
}
