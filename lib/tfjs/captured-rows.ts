import type { Tensor } from '@tensorflow/tfjs-core';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { type Shape, sizeOf } from '../variables/shape.js';
import type { Tfjs } from './namespace.js';
import type { TapeNode } from './tape.js';

/** A look-up by `tf.gather` whose gradient is to be one of rows. */
interface Gathered {
  readonly table: object;
  readonly ids: Int32Array;
}

/**
 * The gradients of rows that a loss has looked up. TensorFlow.js knows no sparse gradients, and makes one of the whole table;
 * so look-ups are attached to a scalar in place of their table, the *anchor*, whose gradient nobody needs: going back to it
 * brings the gradients of the rows here.
 */
export class CapturedRows {
  /** That of the loss which is being computed. */
  static current: CapturedRows | null = null;

  readonly #tf: Tfjs;
  readonly #anchors = new Map<object, Tensor>();
  readonly #gathered = new Map<object, Gathered>();
  readonly #slices = new Map<object, { ids: Int32Array; values: Float32Array }[]>();

  constructor(tf: Tfjs) {
    this.#tf = tf;
  }

  /** Calls `f` so that look-ups in it find this object. */
  during<T>(f: () => T): T {
    const outer = CapturedRows.current;
    CapturedRows.current = this;
    try {
      return f();
    } finally {
      CapturedRows.current = outer;
    }
  }

  /** The scalars for all tables of which rows were looked up. */
  get anchors(): ReadonlyMap<object, Tensor> {
    return this.#anchors;
  }

  /** The scalar for a table: whatever object stands for that. */
  anchorOf(table: object): Tensor {
    const known = this.#anchors.get(table);
    if (known !== undefined) return known;
    const anchor = this.#tf.scalar(0);
    this.#anchors.set(table, anchor);
    // Nobody ever reads it: it is a mark on the tape, by its id.
    anchor.dispose();
    return anchor;
  }

  /** Takes note of a look-up by `tf.gather`. @param output - identifies what came of it */
  note(output: object, table: object, ids: Int32Array): void {
    this.#gathered.set(output, { table, ids });
  }

  /** Takes in the gradient of what was looked up. */
  add(table: object, ids: Int32Array, dy: Tensor): void {
    const list = this.#slices.get(table) ?? [];
    list.push({ ids, values: dy.dataSync() as Float32Array });
    this.#slices.set(table, list);
  }

  /** Attaches look-ups to anchors, of those tables by which is differentiated; what else depends on a table stays. */
  attach(nodes: readonly TapeNode[], tables: ReadonlySet<object>): void {
    if (this.#anchors.size === 0 && this.#gathered.size === 0) return;
    const anchors = new Set(this.#anchors.values());
    for (const node of nodes) {
      const own = Object.entries(node.inputs).filter(([, input]) => input !== undefined && anchors.has(input));
      if (own.length > 0) node.inputs = Object.fromEntries(own);
      // What is made of its output may share the data of it.
      const gathered = node.kernelName === 'GatherV2' ? this.#gathered.get(node.outputs[0].dataId) : undefined;
      if (gathered === undefined) continue;
      // Nothing leads back by whole numbers, and there is no gradient by a table that is not asked for.
      node.inputs = { x: node.inputs.x };
      if (tables.has(gathered.table)) this.#attach(node, gathered);
    }
  }

  #attach(node: TapeNode, { table, ids }: Gathered): void {
    node.inputs = { x: this.anchorOf(table) };
    node.gradient = ([dy]) => ({
      x: () => {
        this.add(table, ids, dy);
        return this.#tf.scalar(0);
      },
    });
  }

  /** Forgets gradients, and is ready for those of another pass. */
  clear(): void {
    this.#slices.clear();
  }

  /** All gradients of rows of a table, in the order in which they came; undefined where there is none. */
  slicesOf(table: object, shape: Shape): IndexedSlices | undefined {
    const list = this.#slices.get(table);
    if (list === undefined) return undefined;
    const ids = new Int32Array(list.reduce((total, slices) => total + slices.ids.length, 0));
    const values = new Float32Array(list.reduce((total, slices) => total + slices.values.length, 0));
    let [row, at] = [0, 0];
    for (const slices of list) {
      ids.set(slices.ids, row);
      values.set(slices.values, at);
      row += slices.ids.length;
      at += slices.values.length;
    }
    return new IndexedSlices(values, ids, shape);
  }
}

/** A gradient of rows as one of the whole table, to which another one may be added. */
export function inFull(slices: IndexedSlices, shape: Shape, other: Float32Array | undefined): Float32Array {
  const full = other?.slice() ?? new Float32Array(sizeOf(shape));
  const { values, indices } = slices;
  const width = values.length / Math.max(indices.length, 1);
  for (let i = 0, from = 0; i < indices.length; i++) {
    const to = Number(indices[i]) * width;
    for (let k = 0; k < width; k++) full[to + k] += values[from++];
  }
  return full;
}
