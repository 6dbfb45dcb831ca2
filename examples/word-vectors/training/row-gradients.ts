import { IndexedSlices } from 'adamax';

/**
 * The gradient of one batch with respect to a table, of which a batch touches few rows.
 *
 * `IndexedSlices` may name a row more than once, and the optimizer then sums. But a batch names frequent words many
 * times over; adding them up right here, while the row is in the cache, saves writing each slice out.
 */
export class RowGradients {
  /** Slices of `width` numbers, in order of first use. */
  readonly values: Float32Array;
  readonly #width: number;
  readonly #rows: Int32Array;
  readonly #offsetOfRow: Int32Array;
  #used = 0;

  /** @param mostRows how many different rows a batch can touch */
  constructor(rows: number, width: number, mostRows: number) {
    const slices = Math.min(rows, mostRows);
    this.values = new Float32Array(slices * width);
    this.#width = width;
    this.#rows = new Int32Array(slices);
    this.#offsetOfRow = new Int32Array(rows).fill(-1);
  }

  /** Where in `values` the slice of a row begins; zeros on its first use. */
  offsetOf(row: number): number {
    const known = this.#offsetOfRow[row];
    if (known >= 0) return known;
    const offset = this.#used * this.#width;
    this.#rows[this.#used++] = row;
    this.#offsetOfRow[row] = offset;
    this.values.fill(0, offset, offset + this.#width);
    return offset;
  }

  /** The gradient in the form the optimizer takes: views, valid until `clear`. */
  slices(): IndexedSlices {
    return new IndexedSlices(this.values.subarray(0, this.#used * this.#width), this.#rows.subarray(0, this.#used));
  }

  clear(): void {
    for (let i = 0; i < this.#used; i++) this.#offsetOfRow[this.#rows[i]] = -1;
    this.#used = 0;
  }
}
