import { checkApart, checkFloat32Array, checkLength, checkMemory, detached } from '../arguments/arrays.js';
import { typeError } from '../arguments/errors.js';
import type { BackendPlan } from '../backend/backend.js';
import type { MemoryRegions } from '../memory/regions.js';
import { copyInto, lengthOf } from '../memory/typed-arrays.js';
import type { VariableState } from '../state/variable-states.js';
import { Rows, type StepGradient } from '../variables/gradient.js';
import { Staging } from './staging.js';

/** What a backend has been told of the gradient of an entry. */
type Bound =
  | { readonly kind: 'none' }
  /** A dense gradient, by its address. */
  | { readonly kind: 'direct'; readonly gradient: Float32Array }
  /** A small dense gradient that is another array at each step: it is copied, and the copy is bound. */
  | { readonly kind: 'staged'; last: Float32Array }
  | { readonly kind: 'rows'; readonly rows: Rows; readonly slices: number };

const NONE: Bound = { kind: 'none' };

/** How the gradient of this step gets to the backend. */
export type Way = 'as before' | 'copied' | 'told anew';

/** A variable in the list of a step: its state, where it is written, and what the backend knows of it. */
export class Entry {
  readonly state: VariableState;
  /** Where the parameter was read and written when the backend was told. */
  readonly param: Float32Array;
  readonly out: Float32Array;
  #bound: Bound = NONE;
  /** Memory for copies, kept for when gradients are copied again. */
  #stage: Float32Array | null = null;

  constructor(state: VariableState, out: Float32Array | null) {
    this.state = state;
    this.param = state.param;
    this.out = out ?? state.param;
  }

  /** The array whose wholeness is to be asked before a run, if there is one that is the caller's. */
  get direct(): Float32Array | null {
    return this.#bound.kind === 'direct' ? this.#bound.gradient : null;
  }

  get rows(): Rows | null {
    return this.#bound.kind === 'rows' ? this.#bound.rows : null;
  }

  /** Number of indices when they were bound. */
  get slices(): number {
    return this.#bound.kind === 'rows' ? this.#bound.slices : 0;
  }

  /**
   * Throws unless the gradient can be stepped by, and says how it gets to the backend. Changes nothing.
   * @param written - memory that steps write to
   */
  check(gradient: StepGradient, written: MemoryRegions<string>): Way {
    if (gradient instanceof Rows) return this.#checkRows(gradient, written);
    const bound = this.#bound;
    if (bound.kind === 'direct' && gradient === bound.gradient) return 'as before';
    const { state } = this;
    const last = bound.kind === 'direct' ? bound.gradient : bound.kind === 'staged' ? bound.last : null;
    // One of many small gradients, each in an array of its own, with nothing to object to.
    if (last !== null && gradient !== last && Staging.fits(gradient, state.size) && written.isApart(gradient)) {
      return 'copied';
    }
    const argument = gradientOf(state);
    checkFloat32Array(argument, gradient);
    checkLength(argument, gradient, state.size, `'${state.name}'`);
    checkApart(argument, gradient, written);
    return 'told anew';
  }

  #checkRows(rows: Rows, written: MemoryRegions<string>): Way {
    const { state } = this;
    const argument = gradientOf(state);
    const { values, indices } = rows;
    const bound = this.#bound;
    if (bound.kind === 'rows' && bound.rows === rows) {
      if (lengthOf(indices) !== bound.slices) throw detached(`${argument}.indices`, indices);
      if (lengthOf(values) !== bound.slices * state.rowLength) throw detached(`${argument}.values`, values);
      return 'as before';
    }
    checkMemory(`${argument}.values`, values);
    checkMemory(`${argument}.indices`, indices);
    const slices = lengthOf(indices);
    checkLength(`${argument}.values`, values, slices * state.rowLength, `${slices} rows of ${state.rowLength}`);
    checkApart(`${argument}.values`, values, written);
    checkApart(`${argument}.indices`, indices, written);
    if (this.out !== this.param) {
      throw typeError('ERR_ADAMAX_ARG_TYPE', `${argument} must be dense, out of place: received IndexedSlices`);
    }
    return 'told anew';
  }

  /** Brings a gradient that was checked to entry `i` of a plan. */
  bind(plan: BackendPlan, i: number, gradient: StepGradient, way: Way, staging: Staging): void {
    if (way === 'as before') return;
    if (gradient instanceof Rows) {
      plan.gradient(i, gradient.values, gradient.indices);
      this.#bound = { kind: 'rows', rows: gradient, slices: lengthOf(gradient.indices) };
    } else if (way === 'told anew') {
      plan.gradient(i, gradient, null);
      this.#bound = { kind: 'direct', gradient };
    } else {
      this.#copy(plan, i, gradient, staging);
    }
  }

  /** Copies a gradient, which costs less than telling the backend where it is. */
  #copy(plan: BackendPlan, i: number, gradient: Float32Array, staging: Staging): void {
    this.#stage ??= staging.allocate(this.state.size);
    copyInto(this.#stage, gradient);
    if (this.#bound.kind === 'staged') {
      this.#bound.last = gradient;
    } else {
      plan.gradient(i, this.#stage, null);
      this.#bound = { kind: 'staged', last: gradient };
    }
  }
}

export function gradientOf({ name }: VariableState): string {
  return `gradient of '${name}'`;
}
