import type { Tensor } from '@tensorflow/tfjs-core';
import type { IndexedSlices } from '../variables/indexed-slices.js';
import { CapturedRows, inFull } from './captured-rows.js';
import { withCorrections } from './corrections.js';
import { capturingGathers } from './gather-capture.js';
import type { Tfjs } from './namespace.js';
import { whyNot } from './refusal.js';
import type { Tables } from './tables.js';
import { Tape } from './tape.js';

/** Something to differentiate by. */
export interface Source {
  /** What stands for it in look-ups. */
  readonly table: object;
  /** What the loss computes with; undefined for what it has not read as a whole. */
  readonly tensor: Tensor | undefined;
  readonly shape: readonly number[];
  /** Whether its gradient must be one of the whole. */
  readonly isDense: boolean;
}

export type SourceGradient = Tensor | IndexedSlices | undefined;

/** What a function says that is called once. */
export interface Evaluated {
  readonly value: Tensor;
  readonly sources: readonly Source[];
}

/**
 * Calls `evaluate`, then differentiates: `gradients` of TensorFlow.js looks at the list of its sources only when the function
 * has run, which may fill it. Rows that were looked up come as `IndexedSlices`, unless the whole table is used as well. To be
 * called within `tf.tidy`.
 * @param weights - of the elements of the value; ones where there are none
 */
export function differentiate(
  tf: Tfjs,
  tables: Tables,
  evaluate: () => Evaluated,
  weights?: Tensor,
): { value: Tensor; gradients: SourceGradient[] } {
  const rows = new CapturedRows(tf);
  const tape = Tape.of(tf);
  // A scalar that nothing depends on, for what no tensor stands for. TensorFlow.js refuses an empty list.
  const nothing = tf.scalar(0);
  const xs: Tensor[] = [nothing];
  let evaluated: Evaluated | undefined;
  const forward = () => {
    const found = rows.during(() => capturingGathers(tf, tables, evaluate));
    rows.attach(tape.nodes, new Set(found.sources.map(({ table }) => table)));
    const anchors = found.sources.flatMap(({ table }) => rows.anchors.get(table) ?? []);
    xs.splice(0, 1, ...found.sources.map(({ tensor }) => tensor ?? nothing), ...anchors);
    evaluated = found;
    return found.value;
  };
  try {
    const { value, grads } = withCorrections(tf, () => tf.engine().gradients(forward, xs, weights, true));
    const sources = evaluated?.sources ?? [];
    return { value, gradients: sources.map((source, i) => joined(tf, source, grads[i], rows)) };
  } catch (error) {
    tape.releaseFailed();
    throw evaluated === undefined ? error : whyNot(error);
  }
}

/** The gradient by a source: of rows, of the whole, or the sum of both. */
function joined(tf: Tfjs, source: Source, whole: Tensor | undefined, rows: CapturedRows): SourceGradient {
  const slices = rows.slicesOf(source.table, source.shape);
  if (slices === undefined) return whole ?? undefined;
  if ((whole === undefined || whole === null) && !source.isDense) return slices;
  const values = whole?.dataSync() as Float32Array | undefined;
  return tf.tensor(inFull(slices, source.shape, values), [...source.shape], 'float32');
}
