/** The fallback: the sweeps in TypeScript, with the same bits as every native implementation. */

import { narrow, widen } from '../math/bfloat16.js';
import type { RowIndices } from '../memory/typed-arrays.js';
import { type Backend, type BackendPlan, type BadIndex, CONTROL, type SlotArray, type Target } from './backend.js';
import { Clip } from './clip.js';
import { RowIndex } from './row-index.js';
import type { Rule } from './rule.js';
import { sumSquares } from './sum-squares.js';

const { fround } = Math;

export const jsBackend: Backend = {
  isa: 'js',

  dense(rule, scalars, param, slots, grad, out) {
    rule.sweep(param, out, slots, 0, grad, 0, param.length, scalars);
  },

  rows(rule, scalars, target, values, indices) {
    const index = new RowIndex(indices, tableRows(target));
    if (index.bad === undefined) sweepRows(rule, scalars, target, values, index, null);
    return index.bad;
  },

  sumSquares,

  plan: (rule, control) => new JsPlan(rule, control),

  get threads() {
    return 1;
  },
  set threads(_number) {},

  // No engine lets JavaScript see an address.
  pageOffset: () => 0,
};

/** One variable and its gradient. */
interface Entry {
  readonly target: Target;
  values: Float32Array | null;
  indices: RowIndices | null;
}

class JsPlan implements BackendPlan {
  readonly #rule: Rule;
  readonly #control: Float64Array;
  readonly #entries: Entry[] = [];

  constructor(rule: Rule, control: Float64Array) {
    this.#rule = rule;
    this.#control = control;
  }

  target(i: number, target: Target): void {
    this.#entries[i] = { target, values: null, indices: null };
  }

  gradient(i: number, values: Float32Array, indices: RowIndices | null): void {
    const entry = this.#entries[i];
    entry.values = values;
    entry.indices = indices;
  }

  run(): BadIndex | undefined {
    const control = this.#control;
    const scalars = Float32Array.from(control.subarray(CONTROL.scalars));
    const clipping = { norm: control[CONTROL.clipnorm], value: control[CONTROL.clipvalue] };
    const count = control[CONTROL.count];
    const indexed: (RowIndex | null)[] = [];
    for (let i = 0; i < count; i++) {
      const { indices, target } = this.#entries[i];
      const index = indices && new RowIndex(indices, tableRows(target));
      if (index?.bad !== undefined) return { entry: i, position: index.bad };
      indexed.push(index);
    }
    const rule = this.#rule;
    for (let i = 0; i < count; i++) {
      const { target } = this.#entries[i];
      const values = this.#entries[i].values as Float32Array;
      const index = indexed[i];
      const clip = Clip.of(values, clipping);
      if (index) sweepRows(rule, scalars, target, values, index, clip);
      else if (clip) sweepClipped(rule, scalars, target, values, clip);
      else sweep(rule, target.param, target.slots, 0, values, 0, target.size, scalars);
    }
    return undefined;
  }
}

function tableRows({ param, rowLength }: Target): number {
  return rowLength === 0 ? 0 : param.length / rowLength;
}

/** Elements that are clipped or widened at a time, so that no copy of a whole array is made. */
const STRETCH = 512;

/** In place, whatever the slots are stored as. */
function sweep(
  rule: Rule,
  param: Float32Array,
  slots: readonly SlotArray[],
  at: number,
  grad: Float32Array,
  gradAt: number,
  n: number,
  scalars: Float32Array,
): void {
  if (!areBfloat16(slots)) {
    rule.sweep(param, param, slots as readonly Float32Array[], at, grad, gradAt, n, scalars);
    return;
  }
  const wide = slots.map(() => new Float32Array(Math.min(STRETCH, n)));
  for (let done = 0; done < n; done += STRETCH) {
    const length = Math.min(STRETCH, n - done);
    const begin = at + done;
    const part = param.subarray(begin, begin + length);
    for (let k = 0; k < slots.length; k++) widen(slots[k], begin, wide[k], length);
    rule.sweep(part, part, wide, 0, grad, gradAt + done, length, scalars);
    for (let k = 0; k < slots.length; k++) narrow(wide[k], slots[k], begin, length);
  }
}

function areBfloat16(slots: readonly SlotArray[]): slots is readonly Uint16Array[] {
  return slots.length > 0 && slots[0] instanceof Uint16Array;
}

function sweepClipped(rule: Rule, scalars: Float32Array, target: Target, grad: Float32Array, clip: Clip): void {
  const { param, slots, size } = target;
  const stretch = new Float32Array(Math.min(STRETCH, size));
  for (let at = 0; at < size; at += STRETCH) {
    const n = Math.min(STRETCH, size - at);
    for (let i = 0; i < n; i++) stretch[i] = clip.take(grad[at + i]);
    sweep(rule, param, slots, at, stretch, 0, n, scalars);
  }
}

function sweepRows(
  rule: Rule,
  scalars: Float32Array,
  target: Target,
  values: Float32Array,
  index: RowIndex,
  clip: Clip | null,
): void {
  const { param, slots, rowLength } = target;
  const take = (i: number) => (clip === null ? values[i] : clip.take(values[i]));
  const sum = new Float32Array(rowLength);
  for (let ordinal = 0; ordinal < index.rows.length; ordinal++) {
    const first = index.first[ordinal];
    for (let i = 0; i < rowLength; i++) sum[i] = take(first * rowLength + i);
    for (let slice = index.next[first]; slice >= 0; slice = index.next[slice]) {
      for (let i = 0; i < rowLength; i++) sum[i] = fround(sum[i] + take(slice * rowLength + i));
    }
    sweep(rule, param, slots, index.rows[ordinal] * rowLength, sum, 0, rowLength, scalars);
  }
}
