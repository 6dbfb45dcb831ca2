import { uncurried } from '../memory/built-ins.js';
import { lengthOf, newDoubles, type RowIndices } from '../memory/typed-arrays.js';
import { outOfMemory } from './out-of-memory.js';

/** Stands for no touched row, and ends a chain of slices. */
export const NONE = 0xffffffff;

/** More slices would have more places than a mask of 32 bits can tell apart. */
const MOST_SLICES = 2 ** 30;

/** A hash table that is at most half full takes up to 1.5 steps a slice, where rows collide by chance. */
const MOST_STEPS = 8;

const [WordArray, toNumber, { floor, imul }] = [Uint32Array, Number, Math];
const fill: (array: Uint32Array, value: number) => void = uncurried(Uint32Array.prototype.fill);

/**
 * The rows a sparse gradient touches, each once, in order of first occurrence; and for each row the positions of its
 * slices in order of occurrence. The fallback's twin of native/runtime/row_index.h, which says how rows are looked up.
 * A `Map` would not do: rows that collide in it can be chosen, and it holds 2²⁴ of them at most.
 */
export class RowIndex {
  /** The number of distinct rows. */
  count = 0;
  /** Distinct rows. */
  readonly rows: Float64Array;
  /** First slice of each distinct row. */
  readonly first: Uint32Array;
  /** The next slice of the same row, or `NONE`. */
  readonly next: Uint32Array;
  /** Position of the first index outside the table, if there is one; the rest is then incomplete. */
  bad: number | undefined;
  /** Steps from one touched row to the next in search of a row, in the hash table and in the tree. */
  searchSteps = 0;
  /** The last slice so far of each distinct row. */
  readonly #last: Uint32Array;
  /**
   * Numbers of touched rows, or `NONE`: a hash table by open addressing, or the links of the tree with its root behind.
   */
  readonly #places: Uint32Array;
  readonly #shift: number;

  /** @throws RangeError `ERR_ADAMAX_MEMORY` */
  constructor(indices: RowIndices, tableRows: number) {
    const slices = lengthOf(indices);
    if (slices > MOST_SLICES) throw outOfMemory(`${slices} indices`);
    let bits = 4;
    while (2 ** bits < 2 * slices) bits++;
    try {
      this.rows = newDoubles(slices);
      this.first = new WordArray(slices);
      this.next = new WordArray(slices);
      this.#last = new WordArray(slices);
      this.#places = new WordArray(2 ** bits + 1);
    } catch {
      throw outOfMemory(`${slices} indices`);
    }
    fill(this.next, NONE);
    fill(this.#places, NONE);
    this.#shift = 32 - bits;
    this.#take(indices, tableRows);
  }

  #take(indices: RowIndices, tableRows: number): void {
    const slices = lengthOf(this.next);
    let hashes = true;
    for (let position = 0; position < slices; position++) {
      const row = toNumber(indices[position]);
      if (!(row >= 0 && row < tableRows)) {
        this.bad = position;
        return;
      }
      const place = hashes ? this.#placeByHash(row) : this.#placeInTree(row);
      const known = this.#places[place];
      if (known === NONE) {
        this.#places[place] = this.count;
        this.rows[this.count] = row;
        this.first[this.count] = this.#last[this.count] = position;
        this.count++;
      } else {
        this.next[this.#last[known]] = position;
        this.#last[known] = position;
      }
      if (hashes && this.searchSteps > MOST_STEPS * slices) {
        hashes = false;
        this.#plantTree();
      }
    }
  }

  /** Where the number of a row is, or `NONE` where it belongs. */
  #placeByHash(row: number): number {
    const places = this.#places;
    const mask = lengthOf(places) - 2;
    // The high bits of a product with 2³² / golden ratio.
    let place = imul(row, 0x9e3779b1) >>> this.#shift;
    while (places[place] !== NONE && this.rows[places[place]] !== row) {
      this.searchSteps++;
      place = (place + 1) & mask;
    }
    return place;
  }

  #placeInTree(row: number): number {
    const places = this.#places;
    let place = lengthOf(places) - 1;
    for (let bits = row; places[place] !== NONE && this.rows[places[place]] !== row; bits = floor(bits / 2)) {
      this.searchSteps++;
      place = 2 * places[place] + (bits % 2);
    }
    return place;
  }

  #plantTree(): void {
    fill(this.#places, NONE);
    for (let i = 0; i < this.count; i++) this.#places[this.#placeInTree(this.rows[i])] = i;
  }
}
