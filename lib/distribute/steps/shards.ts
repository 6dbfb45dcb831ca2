import { PIECE } from '../../backend/sum-squares.js';
import { rowLengthOf } from '../../variables/shape.js';
import { elementsOf, type Variable } from '../../variables/variable.js';
import type { Borders } from '../collective/collective.js';

/**
 * Which stretch of each variable a replica keeps the state of, and steps. Stretches begin and end with pieces, so that
 * sums of squares of a piece are what the norm of the whole is made of, and with rows, so that a row has one owner.
 * A variable of one piece or less is kept whole by every replica: its state is small.
 */
export class Shards {
  readonly #size: number;
  readonly #borders = new WeakMap<Variable, Borders>();
  /** Who has the first part of the next variable that does not come out even. */
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** The borders of a variable; null where every replica keeps it whole. All replicas must ask in the same order. */
  of(variable: Variable): Borders | null {
    const size = elementsOf(variable);
    if (size <= PIECE) return null;
    const known = this.#borders.get(variable);
    if (known !== undefined) return known;
    const borders = this.#cut(size, rowLengthOf(variable.shape));
    this.#borders.set(variable, borders);
    return borders;
  }

  #cut(size: number, rowLength: number): Borders {
    const unit = unitOf(rowLength);
    const units = Math.ceil(size / unit);
    const each = Math.floor(units / this.#size);
    const rest = units - each * this.#size;
    const borders = [0];
    for (let rank = 0, at = 0; rank < this.#size; rank++) {
      const hasMore = (rank - this.#next + this.#size) % this.#size < rest;
      at += each + (hasMore ? 1 : 0);
      borders.push(Math.min(size, at * unit));
    }
    this.#next = (this.#next + rest) % this.#size;
    return borders;
  }
}

/** The least number of elements that is whole pieces and whole rows. */
function unitOf(rowLength: number): number {
  let [a, b] = [PIECE, Math.max(1, rowLength)];
  while (b > 0) [a, b] = [b, a % b];
  return (PIECE / a) * Math.max(1, rowLength);
}
