/** What an optimizer asks of whatever does its arithmetic: the native addon, or the TypeScript fallback. */
import type { Rule } from './rule.js';

/** An implementation of the kernels: an instruction set of the native addon, or the TypeScript fallback. */
export type Isa = 'portable' | 'avx2' | 'avx512' | 'neon' | 'js';

/** Row numbers of a sparse gradient, as they cross into a backend. */
export type RowIndices = Int32Array | Uint32Array | BigInt64Array;

/** The memory of one variable: what a step writes. All arrays have the same length. */
export interface Target {
  /** The variable's name, for messages. */
  readonly name: string;
  readonly param: Float32Array;
  readonly slots: readonly Float32Array[];
  /** Their common length, as it was when they were bound. */
  readonly size: number;
  /** Elements of a row, for sparse gradients: the product of all dimensions but the first. */
  readonly rowLength: number;
}

/** One variable of a step and its gradient: dense when `indices` is null, rows of a table otherwise. */
export interface Entry {
  target: Target;
  values: Float32Array;
  indices: RowIndices | null;
  /** Number of indices when they were bound. */
  slices: number;
}

/** Where a sparse gradient names a row that its table does not have. */
export interface BadIndex {
  readonly entry: number;
  readonly position: number;
}

/** Bounds of every gradient of a step, first of its own norm and then of its elements; Infinity where there is none. */
export interface Clipping {
  readonly norm: number;
  readonly value: number;
}

/** A list of entries that is stepped again and again. */
export interface BackendPlan {
  /**
   * Steps `entries[0 … count)`. `newTargets` and `newGradients` list the entries that differ from the last call's.
   * Every index is checked before the first write; the first bad one is returned, and then nothing was written.
   */
  step(
    entries: readonly Entry[],
    count: number,
    newTargets: readonly number[],
    newGradients: readonly number[],
    clipping: Clipping,
  ): BadIndex | undefined;
}

export interface Backend {
  readonly isa: Isa;
  /** One dense sweep; `out` receives the parameters and may be `param` itself. */
  dense(
    rule: Rule,
    scalars: Float32Array,
    param: Float32Array,
    slots: Float32Array[],
    grad: Float32Array,
    out: Float32Array,
  ): void;
  /** One sweep over the named rows; the position of the first bad index when there is one. */
  rows(
    rule: Rule,
    scalars: Float32Array,
    target: Target,
    values: Float32Array,
    indices: RowIndices,
  ): number | undefined;
  /** Σ x² in float64, in the fixed shape of the numeric contract. */
  sumSquares(x: Float32Array): number;
  /** A plan for `rule`; it reads `scalars` afresh at every step. */
  plan(rule: Rule, scalars: Float32Array): BackendPlan;
}
