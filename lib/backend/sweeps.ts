/** Sweeps of the fallback over one variable: whatever its slots are stored as, clipped or not, dense or by rows. */
import { storeDithered, widen } from '../math/bfloat16.js';
import { append } from '../memory/built-ins.js';
import { isUint16Array, lengthOf, newFloats } from '../memory/typed-arrays.js';
import type { SlotArray } from './backend.js';
import type { Clip } from './clip.js';
import { NONE, type RowIndex } from './row-index.js';
import type { Rule } from './rule.js';

const { fround, min } = Math;

/** Elements that are clipped or widened at a time, so that no copy of a whole array is made. */
const BATCH = 512;

/** The rule of a step with its scalars, and the arrays of one variable. */
export interface Swept {
  readonly rule: Rule;
  readonly scalars: Float32Array;
  /** What bfloat16 slots are dithered by; in [0, 2¹⁶). */
  readonly dither: number;
  readonly param: Float32Array;
  readonly out: Float32Array;
  readonly slots: readonly SlotArray[];
}

/** Steps elements `at … at + n` by the gradient from `gradAt` on. */
export function sweep(swept: Swept, at: number, grad: Float32Array, gradAt: number, n: number): void {
  const { rule, scalars, dither, param, out, slots } = swept;
  if (!areBfloat16(slots)) {
    rule.sweep(param, out, slots as readonly Float32Array[], at, grad, gradAt, n, scalars);
    return;
  }
  const p = newFloats(min(BATCH, n));
  const wide: Float32Array[] = [];
  for (let k = 0; k < slots.length; k++) append(wide, newFloats(min(BATCH, n)));
  for (let done = 0; done < n; done += BATCH) {
    const length = min(BATCH, n - done);
    const begin = at + done;
    for (let i = 0; i < length; i++) p[i] = param[begin + i];
    for (let k = 0; k < slots.length; k++) widen(slots[k], begin, wide[k], length);
    rule.sweep(p, p, wide, 0, grad, gradAt + done, length, scalars);
    for (let k = 0; k < slots.length; k++) storeDithered(wide[k], slots[k], begin, length, dither);
    for (let i = 0; i < length; i++) out[begin + i] = p[i];
  }
}

function areBfloat16(slots: readonly SlotArray[]): slots is readonly Uint16Array[] {
  return slots.length > 0 && isUint16Array(slots[0]);
}

/** Steps as many elements from `begin` on as the gradient has, by that, clipped. */
export function sweepClipped(swept: Swept, begin: number, grad: Float32Array, clip: Clip): void {
  const length = lengthOf(grad);
  const batch = newFloats(min(BATCH, length));
  for (let done = 0; done < length; done += BATCH) {
    const n = min(BATCH, length - done);
    for (let i = 0; i < n; i++) batch[i] = clip.take(grad[done + i]);
    sweep(swept, begin + done, batch, 0, n);
  }
}

export function sweepRows(
  swept: Swept,
  rowLength: number,
  values: Float32Array,
  index: RowIndex,
  clip: Clip | null,
): void {
  const take = (i: number) => (clip === null ? values[i] : clip.take(values[i]));
  const sum = newFloats(rowLength);
  for (let ordinal = 0; ordinal < index.count; ordinal++) {
    const first = index.first[ordinal];
    for (let i = 0; i < rowLength; i++) sum[i] = take(first * rowLength + i);
    for (let slice = index.next[first]; slice !== NONE; slice = index.next[slice]) {
      for (let i = 0; i < rowLength; i++) sum[i] = fround(sum[i] + take(slice * rowLength + i));
    }
    sweep(swept, index.rows[ordinal] * rowLength, sum, 0, rowLength);
  }
}
