import { wrongValue } from '../arguments/errors.js';
import { append } from '../memory/built-ins.js';
import {
  bufferOf,
  byteOffsetOf,
  lengthOf,
  newDoubles,
  newFloats,
  partOf,
  type RowIndices,
} from '../memory/typed-arrays.js';
import type { BackendPlan, Clipping, Fault, Target } from './backend.js';
import { Clip } from './clip.js';
import { CONTRACT, controlSet } from './contract.js';
import { RowIndex } from './row-index.js';
import type { Rule } from './rule.js';
import { checkStretch, type SteppedStretch } from './stretch.js';
import { sumSquares } from './sum-squares.js';
import { type Swept, sweep, sweepClipped, sweepRows } from './sweeps.js';

const { sqrt } = Math;

/** One variable, where it lies, and its gradient. */
interface Entry {
  readonly target: Target;
  param: Float32Array | null;
  out: Float32Array | null;
  values: Float32Array | null;
  indices: RowIndices | null;
  stretch: SteppedStretch;
}

/** What all variables of a set share in a step. */
interface ScalarSet {
  readonly clipping: Clipping;
  readonly scalars: Float32Array;
  readonly dither: number;
}

/** The plan of the fallback. */
export class JsPlan implements BackendPlan {
  readonly #rule: Rule;
  readonly #control: Float64Array;
  readonly #entries: Entry[] = [];
  #norms: Float64Array | null = null;

  constructor(rule: Rule, control: Float64Array) {
    this.#rule = rule;
    this.#control = control;
  }

  target(i: number, target: Target, param: Float32Array | null, out: Float32Array | null): void {
    const entry = { target, param, out, values: null, indices: null, stretch: wholeOf(target) };
    if (i < this.#entries.length) this.#entries[i] = entry;
    else append(this.#entries, entry);
  }

  gradient(i: number, values: Float32Array, indices: RowIndices | null): void {
    const entry = this.#entries[i];
    if (indices !== null) checkStretch(entry.stretch, entry.target.size, true);
    entry.values = values;
    entry.indices = indices;
  }

  place(heap: Float32Array, offsets: Float64Array): void {
    for (let i = 0; i < offsets.length / 3; i++) {
      const entry = this.#entries[i];
      entry.param = part(heap, offsets[3 * i], entry.target.size);
      entry.out = part(heap, offsets[3 * i + 1], entry.target.size);
      entry.values = part(heap, offsets[3 * i + 2], entry.target.size);
      entry.indices = null;
    }
  }

  stretch(i: number, begin: number, end: number, gradient: Float32Array | null = null): void {
    const entry = this.#entries[i];
    const stretch = { begin, end, gradient };
    checkStretch(stretch, entry.target.size, entry.indices !== null);
    entry.stretch = stretch;
  }

  norms(norms: Float64Array | null): void {
    this.#norms = norms === null ? null : Float64Array.from(norms);
  }

  /** There is no other thread. */
  get isIdle(): true {
    return true;
  }

  truncate(count: number): void {
    this.#entries.length = Math.min(this.#entries.length, count);
    this.#norms = null;
  }

  run(): Fault | undefined {
    const first = this.#control[CONTRACT.controlFirst];
    const end = first + this.#control[CONTRACT.controlCount];
    const indexed: (RowIndex | null)[] = [];
    for (let i = first; i < end; i++) {
      const { indices, target } = this.#entries[i];
      const index = indices && new RowIndex(indices, target.rowLength === 0 ? 0 : target.size / target.rowLength);
      if (index?.bad !== undefined) return { kind: 'bad index', entry: i, position: index.bad };
      append(indexed, index);
    }
    let own: Float64Array | null = null;
    if (this.#control[CONTRACT.controlFinite] !== 0) {
      own = newDoubles(end - first);
      for (let i = first; i < end; i++) {
        // Squares of float32 are far from overflowing in float64: a norm is finite exactly when every element is.
        const norm = sqrt(sumSquares(gradientOf(this.#entries[i])));
        if (!(norm < Infinity)) return { kind: 'not finite', entry: i };
        own[i - first] = norm;
      }
    }
    const sets = this.#sets();
    for (let i = first; i < end; i++) {
      this.#step(i, sets[this.#entries[i].target.set], indexed[i - first], this.#norms?.[i] ?? own?.[i - first]);
    }
    this.#control[CONTRACT.controlDone] = 1;
    return undefined;
  }

  #sets(): ScalarSet[] {
    const control = this.#control;
    const length = lengthOf(control);
    const { scalars } = this.#rule;
    const sets: ScalarSet[] = [];
    for (let set = 0, at = controlSet(0, scalars); at < length; at = controlSet(++set, scalars)) {
      const clipping = { norm: control[at + CONTRACT.setClipnorm], value: control[at + CONTRACT.setClipvalue] };
      const own = newFloats(scalars);
      for (let k = 0; k < scalars; k++) own[k] = control[at + CONTRACT.setScalars + k];
      append(sets, { clipping, scalars: own, dither: control[at + CONTRACT.setDither] });
    }
    return sets;
  }

  #step(i: number, { clipping, scalars, dither }: ScalarSet, index: RowIndex | null, norm: number | undefined): void {
    const entry = this.#entries[i];
    const { target, param, out } = entry as Entry & { [K in 'param' | 'out']: Float32Array };
    const swept: Swept = { rule: this.#rule, scalars, dither, param, out, slots: target.slots };
    const gradient = gradientOf(entry);
    const clip = Clip.of(gradient, clipping, norm);
    const { begin } = entry.stretch;
    if (index) sweepRows(swept, target.rowLength, gradient, index, clip);
    else if (clip) sweepClipped(swept, begin, gradient, clip);
    else sweep(swept, begin, gradient, 0, lengthOf(gradient));
  }
}

/** All of a variable, which is stepped by its gradient. */
function wholeOf({ size }: Target): SteppedStretch {
  return { begin: 0, end: size, gradient: null };
}

/** The elements that an entry is stepped by: all of a sparse gradient. */
function gradientOf({ values, indices, stretch: { begin, end, gradient } }: Entry): Float32Array {
  if (gradient !== null) return gradient;
  const whole = values as Float32Array;
  const length = indices === null ? end - begin : lengthOf(whole);
  return length === lengthOf(whole) ? whole : partOf(whole, begin, length);
}

/** @throws RangeError where the part does not lie within `heap` */
function part(heap: Float32Array, offset: number, length: number): Float32Array {
  if (!(Number.isInteger(offset) && offset >= 0 && offset + length <= lengthOf(heap))) {
    throw wrongValue('offsets', 'whole numbers within heap', offset);
  }
  return new Float32Array(bufferOf(heap), byteOffsetOf(heap) + 4 * offset, length);
}
