import { checkAttached } from '../../arguments/arrays.js';
import { lengthOf, type RowIndices } from '../../memory/typed-arrays.js';
import { Rows } from '../../variables/gradient.js';
import { ranks } from '../agreement.js';
import type { Borders, Collective, Exchange } from '../collective/collective.js';
import type { Exchanges } from '../collective/exchanges.js';
import { gatherNumbers } from '../collective/gather-numbers.js';

/** A sparse gradient of one replica. */
export interface Slices {
  readonly rows: Rows;
  readonly rowLength: number;
}

/**
 * The sparse gradients of all replicas, each list behind that of the replica before: slices of a row are then summed in
 * an order that does not depend on how replicas are spread. They stay sparse.
 */
export function* gatherSlices(collective: Collective, own: readonly Slices[]): Exchanges<Rows[]> {
  if (own.length === 0) return [];
  const { rank, size } = collective;
  for (const { rows } of own) checkThere(rows);
  const counts = yield* gatherNumbers(
    collective,
    own.map(({ rows }) => lengthOf(rows.indices)),
  );
  const exchanges: Exchange[] = [];
  const all = own.map(({ rows, rowLength }, k) => {
    const borders = [0];
    for (const r of ranks(size)) borders.push(borders[r] + counts[r * own.length + k]);
    const total = borders[size];
    const gathered = new Rows(new Float32Array(total * rowLength), newIndices(rows.indices, total));
    gathered.values.set(rows.values, borders[rank] * rowLength);
    (gathered.indices as Int32Array).set(rows.indices as Int32Array, borders[rank]);
    exchanges.push(
      {
        kind: 'gather',
        bytes: bytesOf(gathered.indices),
        borders: scaled(borders, gathered.indices.BYTES_PER_ELEMENT),
      },
      { kind: 'gather', bytes: bytesOf(gathered.values), borders: scaled(borders, rowLength * 4) },
    );
    return gathered;
  });
  yield exchanges;
  return all;
}

/** The slices of rows from `first` up to `end`, in their order. */
export function slicesWithin({ rows, rowLength }: Slices, first: number, end: number): Rows {
  const positions: number[] = [];
  for (let i = 0; i < rows.indices.length; i++) {
    if (rows.indices[i] >= first && rows.indices[i] < end) positions.push(i);
  }
  const own = new Rows(new Float32Array(positions.length * rowLength), newIndices(rows.indices, positions.length));
  positions.forEach((position, k) => {
    own.indices[k] = rows.indices[position];
    own.values.set(rows.values.subarray(position * rowLength, (position + 1) * rowLength), k * rowLength);
  });
  return own;
}

/** The rows that are named, each once, in order. */
export function distinctRows(indices: RowIndices): number[] {
  return [...new Set(Array.from(indices as Int32Array, Number))].sort((a, b) => a - b);
}

/** Rows of a table of which each belongs to one replica, while they are brought to all others. */
export class RowsOfOwners {
  readonly exchange: Exchange;
  readonly #table: Float32Array;
  readonly #rowLength: number;
  readonly #rows: readonly number[];
  readonly #packed: Float32Array;

  /**
   * @param rows - in order
   * @param borders - who has which elements of the table
   */
  constructor(table: Float32Array, rowLength: number, rows: readonly number[], borders: Borders, rank: number) {
    this.#table = table;
    this.#rowLength = rowLength;
    this.#rows = rows;
    this.#packed = new Float32Array(rows.length * rowLength);
    // Rows are in order, and so are their owners.
    const places = borders.map((border) => rows.filter((row) => row * rowLength < border).length);
    for (let k = places[rank]; k < places[rank + 1]; k++) {
      this.#packed.set(table.subarray(rows[k] * rowLength, (rows[k] + 1) * rowLength), k * rowLength);
    }
    this.exchange = { kind: 'gather', bytes: bytesOf(this.#packed), borders: scaled(places, rowLength * 4) };
  }

  copyOut(): void {
    this.#rows.forEach((row, k) => {
      this.#table.set(this.#packed.subarray(k * this.#rowLength, (k + 1) * this.#rowLength), row * this.#rowLength);
    });
  }
}

/**
 * Throws where the memory of a gradient has gone while replicas agreed: without it there is no element, and this replica
 * would exchange less than the others.
 * @throws TypeError `ERR_ADAMAX_DETACHED`
 */
export function checkThere(gradient: Float32Array | Rows): void {
  if (!(gradient instanceof Rows)) {
    checkAttached('a gradient under way', gradient);
    return;
  }
  checkAttached('values of a gradient under way', gradient.values);
  checkAttached('indices of a gradient under way', gradient.indices);
}

export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Borders in bytes, of borders in elements. */
export function scaled(borders: Borders, bytes: number): Borders {
  return borders.map((border) => border * bytes);
}

function newIndices(like: RowIndices, length: number): RowIndices {
  if (like instanceof BigInt64Array) return new BigInt64Array(length);
  return like instanceof Uint32Array ? new Uint32Array(length) : new Int32Array(length);
}
