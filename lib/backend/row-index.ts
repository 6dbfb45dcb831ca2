import type { RowIndices } from '../memory/typed-arrays.js';

const NONE = -1;

/**
 * The rows a sparse gradient touches, each once, in order of first occurrence; and for each row the positions of its
 * slices in order of occurrence. The fallback's twin of native/runtime/row_index.h.
 */
export class RowIndex {
  /** Distinct rows. */
  readonly rows: number[] = [];
  /** First slice of each distinct row. */
  readonly first: number[] = [];
  /** The next slice of the same row, or a negative number. */
  readonly next: Int32Array;
  /** Position of the first index outside the table, if there is one; the rest is then incomplete. */
  readonly bad: number | undefined;

  constructor(indices: RowIndices, tableRows: number) {
    this.next = new Int32Array(indices.length).fill(NONE);
    const ordinals = new Map<number, number>();
    const last: number[] = [];
    for (let position = 0; position < indices.length; position++) {
      const row = Number(indices[position]);
      if (!(row >= 0 && row < tableRows)) {
        this.bad = position;
        return;
      }
      const ordinal = ordinals.get(row);
      if (ordinal === undefined) {
        ordinals.set(row, this.rows.length);
        this.rows.push(row);
        this.first.push(position);
        last.push(position);
      } else {
        this.next[last[ordinal]] = position;
        last[ordinal] = position;
      }
    }
  }
}
