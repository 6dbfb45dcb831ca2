import { copyInto } from '../../memory/typed-arrays.js';
import type { Borders, Exchange } from '../collective/collective.js';

/** Gradients of up to so many elements are summed together, since each exchange takes its time. */
const PACKED = 16384;
/** Elements of a cache line. */
const LINE = 16;

/** A gradient that is to be summed, and which part of the sum goes to whom; null for all of it to everybody. */
export interface Summand {
  readonly gradient: Float32Array;
  readonly borders: Borders | null;
}

/**
 * Where sums of dense gradients lie: in memory of ours, since the arrays of callers are only read. It stays from step to
 * step as long as gradients have the same sizes.
 */
export class Sums {
  #sizes: readonly number[] = [];
  #sums: Float32Array[] = [];
  /** Small gradients, one behind another: those of this replica, and their sums. */
  #packed = new Float32Array(0);
  #packedSums = new Float32Array(0);
  /** Where small gradients of this replica go; null for large ones. */
  #places: (Float32Array | null)[] = [];

  /** Makes room for gradients of these sizes, and returns where their sums will be. */
  place(sizes: readonly number[]): readonly Float32Array[] {
    if (sizes.length === this.#sizes.length && sizes.every((size, i) => size === this.#sizes[i])) return this.#sums;
    let used = 0;
    const begins = sizes.map((size) => {
      const begin = used;
      if (size <= PACKED) used += Math.ceil(size / LINE) * LINE;
      return begin;
    });
    const [packed, packedSums] = [new Float32Array(used), new Float32Array(used)];
    const within = (array: Float32Array, i: number) => array.subarray(begins[i], begins[i] + sizes[i]);
    this.#packed = packed;
    this.#packedSums = packedSums;
    this.#places = sizes.map((size, i) => (size > PACKED ? null : within(packed, i)));
    this.#sums = sizes.map((size, i) => (size > PACKED ? new Float32Array(size) : within(packedSums, i)));
    this.#sizes = [...sizes];
    return this.#sums;
  }

  /** Whether a sum comes with those of other small gradients. */
  isPacked(i: number): boolean {
    return this.#places[i] !== null;
  }

  /** The exchange that sums all small gradients, if there are any. */
  small(summands: readonly Summand[]): Exchange[] {
    if (this.#packed.length === 0) return [];
    summands.forEach(({ gradient }, i) => {
      const place = this.#places[i];
      if (place !== null) copyInto(place, gradient);
    });
    return [{ kind: 'sum', from: this.#packed, to: this.#packedSums }];
  }

  /** The exchange that sums a large gradient. */
  large(
    i: number,
    { gradient, borders }: Summand,
  ): Exchange & { readonly from: Float32Array; readonly to: Float32Array } {
    const to = this.#sums[i];
    if (borders === null) return { kind: 'sum', from: gradient, to };
    return { kind: 'sum parts', from: gradient, to, borders };
  }

  /** All exchanges of a step. */
  all(summands: readonly Summand[]): Exchange[] {
    const large = summands.flatMap((summand, i) => (this.isPacked(i) ? [] : [this.large(i, summand)]));
    return [...this.small(summands), ...large];
  }
}
