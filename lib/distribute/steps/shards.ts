import type { Stretch } from '../../backend/stretch.js';
import { PIECE } from '../../backend/sum-squares.js';
import { rowLengthOf } from '../../variables/shape.js';
import { elementsOf, type Variable } from '../../variables/variable.js';
import type { Borders } from '../collective/collective.js';

/** Where a replica keeps no part of a variable. */
const NOTHING: Stretch = { begin: 0, end: 0 };

/**
 * Which stretch of each variable a replica keeps the state of, and steps. Stretches begin and end with pieces, so that
 * sums of squares of a piece are what the norm of the whole is made of, and with rows, so that a row has one owner.
 * A variable of one piece or less is kept whole by every replica: its state is small.
 */
export class Shards {
  readonly #size: number;
  readonly #borders = new WeakMap<Variable, Borders>();

  /** @param size - how many replicas there are */
  constructor(size: number) {
    this.#size = size;
  }

  /** The borders of a variable; null where every replica keeps it whole. They depend on its shape alone. */
  of(variable: Variable): Borders | null {
    const size = elementsOf(variable);
    if (size <= PIECE) return null;
    const known = this.#borders.get(variable) ?? this.#cut(size, rowLengthOf(variable.shape));
    this.#borders.set(variable, known);
    return known;
  }

  /** The part of a variable that a replica keeps; null for all of it. */
  partOf(variable: Variable, rank: number): Stretch | null {
    const borders = this.of(variable);
    if (borders === null) return null;
    const [begin, end] = [borders[rank], borders[rank + 1]];
    return begin === end ? NOTHING : { begin, end };
  }

  /** As even as units allow. */
  #cut(size: number, rowLength: number): Borders {
    const unit = unitOf(rowLength);
    const units = Math.ceil(size / unit);
    return Array.from({ length: this.#size + 1 }, (_, rank) => {
      return Math.min(size, Math.floor((units * rank) / this.#size) * unit);
    });
  }
}

/** The least number of elements that is whole pieces and whole rows. */
function unitOf(rowLength: number): number {
  let [a, b] = [PIECE, Math.max(1, rowLength)];
  while (b > 0) [a, b] = [b, a % b];
  return (PIECE / a) * Math.max(1, rowLength);
}
