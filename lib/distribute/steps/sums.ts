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
  /** Null for large sums that nobody has asked for as a whole. */
  #sums: (Float32Array | null)[] = [];
  /** Where large sums are bucket by bucket, one bucket at a time. */
  #bucket = new Float32Array(0);
  /** Small gradients, one behind another: those of this replica, and their sums. */
  #packed = new Float32Array(0);
  #packedSums = new Float32Array(0);
  /** Where small gradients of this replica go; null for large ones. */
  #places: (Float32Array | null)[] = [];

  /** Makes room for small gradients among these sizes. */
  place(sizes: readonly number[]): void {
    if (sizes.length === this.#sizes.length && sizes.every((size, i) => size === this.#sizes[i])) return;
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
    this.#sums = sizes.map((size, i) => (size > PACKED ? null : within(packedSums, i)));
    this.#sizes = [...sizes];
  }

  /** Where the sum of a gradient will be, all of it. */
  whole(i: number): Float32Array {
    const sum = this.#sums[i] ?? new Float32Array(this.#sizes[i]);
    this.#sums[i] = sum;
    return sum;
  }

  /** Where some elements of a large sum will be, until others are asked for. */
  bucket(length: number): Float32Array {
    if (length > this.#bucket.length) this.#bucket = new Float32Array(length);
    return this.#bucket.subarray(0, length);
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

  /** All exchanges of a step. */
  all(summands: readonly Summand[]): Exchange[] {
    const large = summands.flatMap(({ gradient: from, borders }, i): Exchange[] => {
      if (this.isPacked(i)) return [];
      const to = this.whole(i);
      return [borders === null ? { kind: 'sum', from, to } : { kind: 'sum parts', from, to, borders }];
    });
    return [...this.small(summands), ...large];
  }
}
