/** What an optimizer asks of whatever does its arithmetic: the native addon, or the TypeScript fallback. */
import type { RowIndices } from '../memory/typed-arrays.js';
import type { Rule } from './rule.js';

/** An implementation of the kernels: an instruction set of the native addon, or the TypeScript fallback. */
export type Isa = 'portable' | 'avx2' | 'avx512' | 'neon' | 'js';

/** How slots lie in memory: as float32, or as bit patterns of bfloat16. */
export type SlotDtype = 'float32' | 'bfloat16';
export type SlotArray = Float32Array | Uint16Array;

/** What a plan knows of one variable, wherever its parameter lies. */
export interface Target {
  /** The variable's name, for messages. */
  readonly name: string;
  /** Slots, all of the format that the plan was made for. */
  readonly slots: readonly SlotArray[];
  /** Elements of the parameter and of each slot. */
  readonly size: number;
  /** Elements of a row, for sparse gradients: the product of all dimensions but the first. */
  readonly rowLength: number;
  /** Which set of scalars it is stepped by. */
  readonly set: number;
}

/** Where a sparse gradient names a row that its table does not have. */
export interface BadIndex {
  readonly kind: 'bad index';
  readonly entry: number;
  readonly position: number;
}

/** A gradient that has a NaN or an infinity, where all must be finite. */
export interface NotFinite {
  readonly kind: 'not finite';
  readonly entry: number;
}

/** Why a run has written nothing. */
export type Fault = BadIndex | NotFinite;

/** Bounds of every gradient of a step, first of its own norm and then of its elements; Infinity where there is none. */
export interface Clipping {
  readonly norm: number;
  readonly value: number;
}

/**
 * A list of variables with their gradients that is stepped again and again. It reads its control array (contract.ts)
 * afresh at every run: which entries to step, whether
 * their gradients must be finite, and for each set of scalars the clipping and the scalars themselves.
 */
export interface BackendPlan {
  /**
   * Binds variable `i`, which is at most the number of variables bound so far. It is read in `param` and written to
   * `out`, which may be the same array. Where both are null it has no place until `place` gives it one. It has no
   * gradient yet.
   */
  target(i: number, target: Target, param: Float32Array | null, out: Float32Array | null): void;
  /** Binds the gradient of variable `i`: dense where `indices` is null, rows of a table otherwise. */
  gradient(i: number, values: Float32Array, indices: RowIndices | null): void;
  /**
   * Binds the first variables to parts of one array: `offsets` has, for each of them, where in `heap` its parameter is
   * read, where it is written, and where its dense gradient lies.
   */
  place(heap: Float32Array, offsets: Float64Array): void;
  /**
   * Limits runs to elements [begin, end) of variable `i`, of its gradient and its slots, until another stretch or target
   * is set; a target begins whole. Both are multiples of `PIECE` (sum-squares.ts), or `end` is the size of the variable;
   * where they are equal, nothing of it is stepped. Only of dense gradients there are stretches: other than the whole is
   * refused where the gradient is sparse, and so is a sparse gradient where the stretch is not the whole.
   * @param gradient - `end - begin` elements that the stretch is stepped by as long as it is set; without it, by its
   *   part of the gradient of the variable, which there must be all the same
   */
  stretch(i: number, begin: number, end: number, gradient?: Float32Array | null): void;
  /**
   * Sets the norms that gradients are clipped by, by variable, until others are set; null stands for their own, or that
   * of the stretch.
   */
  norms(norms: Float64Array | null): void;
  /** Forgets variables from `count` on. */
  truncate(count: number): void;
  /**
   * Steps the variables that the control array names, which all have a gradient. Every index is checked before the
   * first write, and then, if the control array wants it, whether every gradient is finite, within its stretch; the
   * first fault is returned, and then nothing was written.
   */
  run(): Fault | undefined;
  /**
   * Does the same as `run` on another thread, where there is one. The control array is read before it returns. `held`
   * is kept alive until the promise settles.
   */
  runAsync?(held: unknown): Promise<Fault | undefined>;
  /** Whether no run is on another thread. */
  readonly isIdle: boolean;
}

/** The kernels by themselves, on arrays that were checked before. */
export interface Kernels {
  /** One dense sweep; `out` receives the parameters and may be `param` itself. */
  dense(
    rule: Rule,
    scalars: Float32Array,
    param: Float32Array,
    slots: readonly Float32Array[],
    grad: Float32Array,
    out: Float32Array,
  ): void;
  /** One sweep over the named rows. Returns the position of the first bad index when there is one. */
  rows(
    rule: Rule,
    scalars: Float32Array,
    param: Float32Array,
    slots: readonly Float32Array[],
    rowLength: number,
    values: Float32Array,
    indices: RowIndices,
  ): number | undefined;
  /** Σ x² in float64, in the fixed shape of the numeric contract. */
  sumSquares(x: Float32Array): number;
  /** Takes whole blocks of words into the lanes of a digest: see digest-blocks.ts. */
  digest(lanes: Uint32Array, words: Uint32Array): void;
}

/** Bytes that are read from a file into memory, or written from there. */
export interface FileBytes {
  /** The open file. */
  readonly fd: number;
  readonly writes: boolean;
  /** Where in the file they begin. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

export interface Backend extends Kernels {
  readonly isa: Isa;
  /**
   * Does what `digest` does, and moves bytes between memory and a file meanwhile.
   * @returns how many bytes were moved, from the first on: 0 for the fallback, and on Windows
   */
  transfer(lanes: Uint32Array, words: Uint32Array, file: FileBytes): number;
  /** A plan for `rule` that is told what changes from step to step by `control`. */
  plan(rule: Rule, control: Float64Array, slotDtype: SlotDtype): BackendPlan;
  /** Most threads a step may use; 1 for the fallback, whatever it is set to. */
  threads: number;
  /** Where in its page of 4 KiB an array begins, in bytes; 0 where nothing depends on it. */
  pageOffset(array: Float32Array): number;
}
