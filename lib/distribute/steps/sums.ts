import { copyInto, lengthOf } from '../../memory/typed-arrays.js';
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
  #places: (number | null)[] = [];

  /** Makes room for gradients of these sizes, and returns where their sums will be. */
  place(sizes: readonly number[]): readonly Float32Array[] {
    if (sizes.length === this.#sizes.length && sizes.every((size, i) => size === this.#sizes[i])) return this.#sums;
    let used = 0;
    this.#places = sizes.map((size) => {
      if (size > PACKED) return null;
      const place = used;
      used += Math.ceil(size / LINE) * LINE;
      return place;
    });
    this.#packed = new Float32Array(used);
    this.#packedSums = new Float32Array(used);
    this.#sums = sizes.map((size, i) => {
      const place = this.#places[i];
      return place === null ? new Float32Array(size) : this.#packedSums.subarray(place, place + size);
    });
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
      if (place !== null) copyInto(this.#packed.subarray(place, place + lengthOf(gradient)), gradient);
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
