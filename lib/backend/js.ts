/** The fallback: the sweeps in TypeScript, with the same bits as every native implementation. */
import type { Backend, BackendPlan, BadIndex, Entry, Target } from './backend.js';
import { RowIndex } from './row-index.js';
import type { Rule } from './rule.js';

const { fround } = Math;

export const jsBackend: Backend = {
  isa: 'js',

  dense(rule, scalars, param, slots, grad, out) {
    rule.sweep(param, out, slots, 0, grad, 0, param.length, scalars);
  },

  rows(rule, scalars, target, values, indices) {
    const index = new RowIndex(indices, tableRows(target));
    if (index.bad === undefined) sweepRows(rule, scalars, target, values, index);
    return index.bad;
  },

  sumSquares,

  plan(rule, scalars): BackendPlan {
    return { step: (entries, count) => step(rule, scalars, entries, count) };
  },
};

function step(rule: Rule, scalars: Float32Array, entries: readonly Entry[], count: number): BadIndex | undefined {
  const indexed: (RowIndex | null)[] = [];
  for (let i = 0; i < count; i++) {
    const { indices, target } = entries[i];
    const index = indices && new RowIndex(indices, tableRows(target));
    if (index?.bad !== undefined) return { entry: i, position: index.bad };
    indexed.push(index);
  }
  for (let i = 0; i < count; i++) {
    const { target, values } = entries[i];
    const index = indexed[i];
    if (index) sweepRows(rule, scalars, target, values, index);
    else rule.sweep(target.param, target.param, target.slots, 0, values, 0, target.param.length, scalars);
  }
  return undefined;
}

function tableRows({ param, rowLength }: Target): number {
  return rowLength === 0 ? 0 : param.length / rowLength;
}

function sweepRows(rule: Rule, scalars: Float32Array, target: Target, values: Float32Array, index: RowIndex): void {
  const { param, slots, rowLength } = target;
  const sum = new Float32Array(rowLength);
  for (let ordinal = 0; ordinal < index.rows.length; ordinal++) {
    const first = index.first[ordinal];
    const at = index.rows[ordinal] * rowLength;
    if (index.next[first] < 0) {
      rule.sweep(param, param, slots, at, values, first * rowLength, rowLength, scalars);
      continue;
    }
    sum.set(values.subarray(first * rowLength, (first + 1) * rowLength));
    for (let slice = index.next[first]; slice >= 0; slice = index.next[slice]) {
      for (let i = 0; i < rowLength; i++) sum[i] = fround(sum[i] + values[slice * rowLength + i]);
    }
    rule.sweep(param, param, slots, at, sum, 0, rowLength, scalars);
  }
}

/** float64 lanes of a reduction; element i of a block goes to lane i mod LANES. */
const LANES = 16;
/** Elements of a block; blocks are combined pairwise. */
const BLOCK = 4096;

/** Σ x², in the fixed shape of native/kernels/sum_squares-inl.h. */
function sumSquares(x: Float32Array): number {
  const partial: number[] = [];
  const blocks = Math.ceil(x.length / BLOCK);
  for (let block = 0; block < blocks; block++) {
    let sum = blockSum(x, block * BLOCK, Math.min(x.length, (block + 1) * BLOCK));
    // As in a binary counter: a carry joins two sums of equally many blocks, the earlier one on the left.
    for (let carry = block; carry % 2 === 1; carry = (carry - 1) / 2) sum = (partial.pop() as number) + sum;
    partial.push(sum);
  }
  return partial.reduceRight((right, left) => left + right, 0);
}

function blockSum(x: Float32Array, begin: number, end: number): number {
  const lanes = new Float64Array(LANES);
  for (let i = begin; i < end; i++) lanes[(i - begin) % LANES] += x[i] * x[i];
  for (let half = LANES / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
}
