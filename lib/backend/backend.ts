/** What an optimizer asks of whatever does its arithmetic: the native addon, or the TypeScript fallback. */
import type { RowIndices } from '../memory/typed-arrays.js';
import type { Rule } from './rule.js';

/** An implementation of the kernels: an instruction set of the native addon, or the TypeScript fallback. */
export type Isa = 'portable' | 'avx2' | 'avx512' | 'neon' | 'js';

/** How slots lie in memory: as float32, or rounded to bfloat16, as bit patterns. */
export type SlotDtype = 'float32' | 'bfloat16';
export type SlotArray = Float32Array | Uint16Array;

/** The memory of one variable: what a step writes. All arrays have the same length. */
export interface Target {
  /** The variable's name, for messages. */
  readonly name: string;
  readonly param: Float32Array;
  /** All of the format that the plan was made for. */
  readonly slots: readonly SlotArray[];
  /** Their common length, as it was when they were bound. */
  readonly size: number;
  /** Elements of a row, for sparse gradients: the product of all dimensions but the first. */
  readonly rowLength: number;
  /** A view that is whole as long as every slot is: all slots of a target lie on one buffer. */
  readonly memory: Float32Array;
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

/** Places in the control array of a plan: what may change from one step to the next. */
export const CONTROL = { count: 0, clipnorm: 1, clipvalue: 2, scalars: 3 } as const;

/** A list of variables with their gradients that is stepped again and again. */
export interface BackendPlan {
  /** Binds variable `i`, which is at most the number of variables bound so far. It then has no gradient. */
  target(i: number, target: Target): void;
  /** Binds the gradient of variable `i`: dense where `indices` is null, rows of a table otherwise. */
  gradient(i: number, values: Float32Array, indices: RowIndices | null): void;
  /**
   * Steps the first `control[CONTROL.count]` variables, which all have a gradient. Every index is checked before the
   * first write; the first bad one is returned, and then nothing was written.
   */
  run(): BadIndex | undefined;
  /**
   * The same on another thread, where there is one. The control array is read before it returns. `held` is kept alive
   * until the promise settles.
   */
  runAsync?(held: unknown): Promise<BadIndex | undefined>;
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
  /**
   * A plan for `rule`. It reads `control` afresh at every step: a number of variables, the clipping, and the scalars of
   * the rule, which are float32 values.
   */
  plan(rule: Rule, control: Float64Array, slotDtype: SlotDtype): BackendPlan;
  /** Most threads a step may use; 1 for the fallback, whatever it is set to. */
  threads: number;
  /** Where in its page of 4 KiB an array begins, in bytes; 0 where nothing depends on it. */
  pageOffset(array: Float32Array): number;
}
