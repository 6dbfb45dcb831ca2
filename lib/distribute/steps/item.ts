import { backend } from '../../backend/choose-backend.js';
import { Rows, type StepGradient } from '../../variables/gradient.js';
import { rowLengthOf } from '../../variables/shape.js';
import type { Variable } from '../../variables/variable.js';
import type { Borders } from '../collective/collective.js';
import { distinctRows, type Slices, slicesWithin } from './slices.js';

/** A pair of the step under way. */
export interface Item {
  readonly variable: Variable;
  /** What this replica was given, and what it steps by. */
  readonly own: StepGradient;
  gradient: StepGradient;
  /** Who keeps the state of which part; null where everybody keeps all of it. */
  readonly borders: Borders | null;
  /** Of a sharded variable, the norm of the whole gradient; NaN where nobody has asked. */
  norm: number;
  /** A sparse gradient of a sharded variable as all replicas have gathered it, and the rows that it names. */
  whole: Rows | null;
  touched: readonly number[];
}

export function slicesOf({ variable, own }: Item): Slices {
  return { rows: own as Rows, rowLength: rowLengthOf(variable.shape) };
}

/** Of a sparse gradient of a sharded variable, keeps the slices of rows whose state is here. */
export function keepOwnRows(item: Item, rank: number): void {
  const { gradient, borders, variable } = item;
  if (borders === null || !(gradient instanceof Rows)) return;
  const rowLength = rowLengthOf(variable.shape);
  item.norm = Math.sqrt(backend().sumSquares(gradient.values));
  item.whole = gradient;
  item.touched = distinctRows(gradient.indices);
  item.gradient = slicesWithin({ rows: gradient, rowLength }, borders[rank] / rowLength, borders[rank + 1] / rowLength);
}
