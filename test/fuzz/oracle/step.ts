/** What a step makes of one variable: parameters and slots are written in place. */
import { type Bounds, clipOf } from './clip.js';
import type { Update } from './rules.js';
import { read, type SlotMemory, storeStepped } from './storage.js';

export interface Stepped {
  readonly update: Update;
  readonly scalars: readonly number[];
  /** What slots of bfloat16 are dithered by. */
  readonly word: number;
  readonly bounds: Bounds;
  readonly param: Float32Array;
  readonly slots: readonly SlotMemory[];
}

export function stepDense(stepped: Stepped, gradient: Float32Array): void {
  const clip = clipOf(gradient, stepped.bounds);
  for (let i = 0; i < gradient.length; i++) stepAt(stepped, i, clip === null ? gradient[i] : clip(gradient[i]));
}

/** Slices are clipped, then summed row by row in order of occurrence; then the named rows are stepped. */
export function stepSparse(stepped: Stepped, rowLength: number, values: Float32Array, rows: readonly number[]): void {
  const clip = clipOf(values, stepped.bounds);
  const sums = new Map<number, Float32Array>();
  rows.forEach((row, slice) => {
    const taken = values.slice(slice * rowLength, (slice + 1) * rowLength);
    if (clip !== null) for (let i = 0; i < rowLength; i++) taken[i] = clip(taken[i]);
    const sum = sums.get(row);
    if (sum === undefined) sums.set(row, taken);
    else for (let i = 0; i < rowLength; i++) sum[i] += taken[i];
  });
  for (const [row, sum] of sums) for (let i = 0; i < rowLength; i++) stepAt(stepped, row * rowLength + i, sum[i]);
}

const moments: number[] = [];

function stepAt({ update, scalars, word, param, slots }: Stepped, i: number, g: number): void {
  for (let k = 0; k < slots.length; k++) moments[k] = read(slots[k], i);
  param[i] = update(param[i], moments, g, scalars);
  for (let k = 0; k < slots.length; k++) storeStepped(slots[k], i, moments[k], word);
}
