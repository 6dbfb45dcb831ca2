/**
 * `adamax/kernels`: the bare kernels on plain arrays, for those who keep their own state and counters.
 * Every function checks all its arguments before it writes the first byte, and gives the same bits on every
 * implementation. Memory that a step off the event loop works on is refused (`ERR_ADAMAX_OVERLAP`).
 *
 * @module adamax/kernels
 */

import { checkDisjoint, checkFloat32Array, checkLength, checkMemory, checkUnused } from './arguments/arrays.js';
import { rangeError, wrongType, wrongValue } from './arguments/errors.js';
import { checkOptions } from './arguments/options.js';
import { checkNumber, finiteFloat32, positive, unitInterval } from './arguments/ranges.js';
import type { Isa } from './backend/backend.js';
import { availableIsa, backend, loadNative, setIsa, setThreads, threads } from './backend/choose-backend.js';
import { isRowIndices, lengthOf, newFloats, type RowIndices } from './memory/typed-arrays.js';
import { adamaxRule } from './optimizers/adamax-rule.js';
import { alphaOf, checkAlpha } from './optimizers/bias-correction.js';

export type { Isa, RowIndices };
export { availableIsa, loadNative, setIsa, setThreads, threads };

// Between the checks of arrays and the kernel nothing is looked up that a program may have replaced.
const { isSafeInteger } = Number;

/** The four numbers of a step; each is rounded once to float32. `adamaxScalars` computes them. */
export interface AdamaxScalars {
  /** 1 − β₁ */
  readonly oneMinusBeta1: number;
  /** β₂ */
  readonly beta2: number;
  /** α = lr / (1 − β₁ᵗ) */
  readonly alpha: number;
  /** ε */
  readonly epsilon: number;
}

/** The implementation that runs: `avx512`, `avx2`, `neon`, `portable`, or `js` for the fallback. */
export function isa(): Isa {
  return backend().isa;
}

/** What the scalars of a step come from. */
export interface AdamaxScalarOptions {
  /** Default: 0.001. */
  learningRate?: number;
  /** In [0, 1). Default: 0.9. */
  beta1?: number;
  /** In [0, 1). Default: 0.999. */
  beta2?: number;
  /** > 0. Default: 1e-7. */
  epsilon?: number;
  /** Number of this step: 1 for the first. */
  step: number;
}

/** The scalars of step number `step`, in float64. */
export function adamaxScalars(options: AdamaxScalarOptions): AdamaxScalars {
  checkOptions('adamaxScalars', options, ['learningRate', 'beta1', 'beta2', 'epsilon', 'step']);
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, step } = options;
  checkNumber('learningRate', learningRate, finiteFloat32);
  checkNumber('beta1', beta1, unitInterval);
  checkNumber('beta2', beta2, unitInterval);
  checkNumber('epsilon', epsilon, positive);
  if (typeof step !== 'number') throw wrongType('step', 'a number', step);
  if (!isSafeInteger(step) || step < 1) throw wrongValue('step', 'a whole number ≥ 1', step);
  const alpha = alphaOf(learningRate, beta1, step);
  checkAlpha(alpha, step);
  return { oneMinusBeta1: 1 - beta1, beta2, alpha, epsilon };
}

/**
 * One dense Adamax step, in place: `param`, `m` and `u` change, `grad` is read. All four have the same length and no
 * element in common.
 */
export function adamaxStep(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  grad: Float32Array,
  scalars: AdamaxScalars,
): void {
  const rounded = toFloat32(scalars);
  checkState(param, m, u);
  checkGradient(param, m, u, grad);
  backend().dense(adamaxRule, rounded, param, [m, u], grad, param);
}

/**
 * One dense Adamax step that leaves `param` alone and writes the new parameters to `out`; `m` and `u` change in place.
 */
export function adamaxStepOut(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  grad: Float32Array,
  out: Float32Array,
  scalars: AdamaxScalars,
): void {
  const rounded = toFloat32(scalars);
  checkState(param, m, u, false);
  checkGradient(param, m, u, grad);
  checkFloat32Array('out', out);
  checkLength('out', out, lengthOf(param), 'param');
  checkApartFromState(param, m, u, 'out', out);
  checkDisjoint('grad', grad, 'out', out);
  checkUnused('out', out, true);
  backend().dense(adamaxRule, rounded, param, [m, u], grad, out);
}

/**
 * One sparse Adamax step: slice i of `values` is a gradient of row `indices[i]`. Slices of one row are summed in order
 * of occurrence; only the named rows of `param`, `m` and `u` change.
 *
 * @param rowLength - elements of a row, ≥ 1; `param.length` is a multiple of it
 */
export function adamaxStepRows(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  rowLength: number,
  values: Float32Array,
  indices: RowIndices,
  scalars: AdamaxScalars,
): void {
  const rounded = toFloat32(scalars);
  checkState(param, m, u);
  const size = lengthOf(param);
  if (typeof rowLength !== 'number') throw wrongType('rowLength', 'a number', rowLength);
  if (!isSafeInteger(rowLength) || rowLength < 1 || size % rowLength !== 0) {
    throw wrongValue('rowLength', `a whole number ≥ 1 that divides param.length = ${size}`, rowLength);
  }
  if (!isRowIndices(indices)) {
    throw wrongType('indices', 'an Int32Array, Uint32Array or BigInt64Array', indices);
  }
  checkMemory('indices', indices);
  checkFloat32Array('values', values);
  const slices = lengthOf(indices);
  checkLength('values', values, slices * rowLength, `${slices} rows of ${rowLength}`);
  checkApartFromState(param, m, u, 'values', values);
  checkApartFromState(param, m, u, 'indices', indices);
  checkUnused('values', values, false);
  checkUnused('indices', indices, false);
  const bad = backend().rows(adamaxRule, rounded, param, [m, u], rowLength, values, indices);
  if (bad !== undefined) {
    const rows = size / rowLength;
    throw rangeError('ERR_ADAMAX_INDEX', `indices[${bad}] must be in [0, ${rows}): received ${indices[bad]}`);
  }
}

/**
 * Σ x² in float64, e.g. for a gradient norm: the same bits on every implementation, since products are exact and sums
 * have one fixed shape (16 lanes, blocks of 4,096 elements, joined pairwise).
 */
export function sumSquares(x: Float32Array): number {
  checkFloat32Array('x', x);
  return backend().sumSquares(x);
}

/** @param writesParam - whether `param` is not only read */
function checkState(param: Float32Array, m: Float32Array, u: Float32Array, writesParam = true): void {
  checkFloat32Array('param', param);
  checkFloat32Array('m', m);
  checkFloat32Array('u', u);
  const size = lengthOf(param);
  checkLength('m', m, size, 'param');
  checkLength('u', u, size, 'param');
  checkDisjoint('param', param, 'm', m);
  checkDisjoint('param', param, 'u', u);
  checkDisjoint('m', m, 'u', u);
  checkUnused('param', param, writesParam);
  checkUnused('m', m, true);
  checkUnused('u', u, true);
}

function checkGradient(param: Float32Array, m: Float32Array, u: Float32Array, grad: Float32Array): void {
  checkFloat32Array('grad', grad);
  checkLength('grad', grad, lengthOf(param), 'param');
  checkApartFromState(param, m, u, 'grad', grad);
  checkUnused('grad', grad, false);
}

function checkApartFromState(
  param: Float32Array,
  m: Float32Array,
  u: Float32Array,
  name: string,
  array: ArrayBufferView,
): void {
  checkDisjoint('param', param, name, array);
  checkDisjoint('m', m, name, array);
  checkDisjoint('u', u, name, array);
}

/** Runs the getters of `scalars`, if it has any; so it comes before the checks of memory. */
function toFloat32(scalars: AdamaxScalars): Float32Array {
  if (typeof scalars !== 'object' || scalars === null) throw wrongType('scalars', 'an object', scalars);
  const { oneMinusBeta1, beta2, alpha, epsilon } = scalars;
  checkScalar('oneMinusBeta1', oneMinusBeta1);
  checkScalar('beta2', beta2);
  checkScalar('alpha', alpha);
  checkScalar('epsilon', epsilon);
  const rounded = newFloats(4);
  rounded[0] = oneMinusBeta1;
  rounded[1] = beta2;
  rounded[2] = alpha;
  rounded[3] = epsilon;
  return rounded;
}

function checkScalar(name: string, value: unknown): void {
  if (typeof value !== 'number') throw wrongType(`scalars.${name}`, 'a number', value);
}
