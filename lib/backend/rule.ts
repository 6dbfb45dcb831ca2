const { abs } = Math;

/** An update rule, as the sweeps see it: its state, and its arithmetic for a stretch of elements. */
export interface Rule {
  /** What the rule is called, for people: the package finds nothing by it. */
  readonly name: string;
  /** Slot names, in the order in which `sweep` takes them. */
  readonly slots: readonly string[];
  /** What each slot is filled with when it is made, rounded to the format of slots. Default: zeros. */
  readonly initial?: readonly number[];
  /** How many float32 scalars a step needs. */
  readonly scalars: number;
  /**
   * The rule in TypeScript: the readable reference, the fallback where no binary loads, and the twin of the test
   * oracle. Updates elements `at … at + n` of the slots, reading `param` there and the gradient from `gradAt` on,
   * and writes the parameters to `out`, which may be `param`. It must not throw: a step is all or nothing.
   */
  sweep(
    param: Float32Array,
    out: Float32Array,
    slots: readonly Float32Array[],
    at: number,
    grad: Float32Array,
    gradAt: number,
    n: number,
    scalars: Float32Array,
  ): void;
}

/**
 * A moment of smaller magnitude is stored as +0. The bound lies 2²⁴ above the least normal number, so that the products
 * of the next step with 1 − β or α stay normal too, and fading moments cost no microcode assist on any processor.
 */
const TINY = 2 ** -102;

/** What is stored of a moment: +0 where its magnitude is below 2⁻¹⁰², else the moment; NaN stays. */
export function withoutTiny(x: number): number {
  return abs(x) < TINY ? 0 : x;
}
