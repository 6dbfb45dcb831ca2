import { checkFloat32Array, checkLength, checkMemory, detached } from '../arguments/arrays.js';
import { rangeError, typeError } from '../arguments/errors.js';
import { rowsHint } from '../arguments/hints.js';
import type { BackendPlan } from '../backend/backend.js';
import type { SteppedStretch } from '../backend/stretch.js';
import type { MemoryRegions } from '../memory/regions.js';
import { copyInto, isDetached, lengthOf } from '../memory/typed-arrays.js';
import { checkApart, type Owner } from '../state/labels.js';
import { paramOf, type VariableState } from '../state/variable-state.js';
import { Rows, type StepGradient } from '../variables/gradient.js';
import type { PairLabels } from './pair-labels.js';
import { Staging } from './staging.js';

/** What a backend has been told of the gradient of an entry. */
type Bound =
  | { readonly kind: 'none' }
  /** A dense gradient, by its address. */
  | { readonly kind: 'direct'; readonly gradient: Float32Array }
  /** A small dense gradient that is another array at each step: it is copied, and the copy is bound. */
  | { readonly kind: 'staged' }
  | { readonly kind: 'rows'; readonly rows: Rows; readonly slices: number };

const NONE: Bound = { kind: 'none' };
const STAGED: Bound = { kind: 'staged' };

/**
 * How the gradient of this step gets to the backend: it is there already, it is copied, or the backend is told of it.
 */
const WAY = { asBefore: 0, copied: 1, told: 2 } as const;
type Way = (typeof WAY)[keyof typeof WAY];

/** A variable in the list of a step: its state, where it is written, and what the backend knows of it. */
export class Entry {
  readonly state: VariableState;
  /** Where the parameter was read and written when the backend was told. */
  readonly param: Float32Array;
  readonly out: Float32Array;
  /** What the backend steps of it; null for the whole. */
  stretch: SteppedStretch | null = null;
  readonly #size: number;
  #bound: Bound = NONE;
  /** The gradient of this step, from its check on, and how it gets to the backend. */
  #checked: StepGradient | null = null;
  #way: Way = WAY.asBefore;
  /** Number of indices when they were checked. */
  #slices = 0;
  /** The dense gradient of the last step, where it is small enough to be better copied than bound. */
  #last: Float32Array | null = null;
  /** Memory for copies, kept for when gradients are copied again. */
  #stage: Float32Array | null = null;

  constructor(state: VariableState, out: Float32Array | null) {
    this.state = state;
    this.#size = state.size;
    this.param = paramOf(state);
    this.out = out ?? this.param;
  }

  /** The array whose wholeness is to be asked before a run, if there is one that is the caller's. */
  get direct(): Float32Array | null {
    return this.#bound.kind === 'direct' ? this.#bound.gradient : null;
  }

  get rows(): Rows | null {
    return this.#bound.kind === 'rows' ? this.#bound.rows : null;
  }

  /** Number of indices that were bound. */
  get slices(): number {
    return this.#bound.kind === 'rows' ? this.#bound.slices : 0;
  }

  /**
   * Throws unless the gradient can be stepped by, and keeps it for `bind`. Tells the backend nothing.
   * @param written - memory that steps write to
   * @param labels - what messages call what is stepped
   */
  check(gradient: StepGradient, written: MemoryRegions<Owner>, labels: PairLabels): void {
    this.#checked = gradient;
    this.#way = this.#isPassing(gradient, written) ? WAY.copied : this.#wayOf(gradient, written, labels);
  }

  /** Whether this is one of many small gradients, each in an array of its own, with nothing to object to. */
  #isPassing(gradient: StepGradient, written: MemoryRegions<Owner>): boolean {
    const last = this.#last;
    return (
      last !== null &&
      last !== gradient &&
      !(gradient instanceof Rows) &&
      lengthOf(gradient) === this.#size &&
      written.isApart(gradient) &&
      (this.#size > 0 || !isDetached(gradient))
    );
  }

  #wayOf(gradient: StepGradient, written: MemoryRegions<Owner>, labels: PairLabels): Way {
    if (gradient instanceof Rows) return this.#checkRows(gradient, written, labels);
    if (this.#bound.kind === 'direct' && gradient === this.#bound.gradient) return WAY.asBefore;
    const argument = () => labels.gradient(this.state.variable);
    checkFloat32Array(argument, gradient);
    checkLength(argument, gradient, this.#size, 'its variable');
    checkApart(argument, gradient, written, labels.variable);
    return WAY.told;
  }

  #checkRows(rows: Rows, written: MemoryRegions<Owner>, labels: PairLabels): Way {
    const { state } = this;
    const ofIndices = () => `${labels.gradient(state.variable)}.indices`;
    const ofValues = () => `${labels.gradient(state.variable)}.values`;
    const { values, indices } = rows;
    const bound = this.#bound;
    if (bound.kind === 'rows' && bound.rows === rows) {
      if (lengthOf(indices) !== bound.slices) throw detached(ofIndices, indices);
      if (lengthOf(values) !== bound.slices * state.rowLength) throw detached(ofValues, values);
      return WAY.asBefore;
    }
    checkMemory(ofValues, values);
    checkMemory(ofIndices, indices);
    const slices = lengthOf(indices);
    this.#slices = slices;
    checkLength(
      ofValues,
      values,
      slices * state.rowLength,
      `${slices} rows of ${state.rowLength}${rowsHint(state.variable.shape)}`,
    );
    checkApart(ofValues, values, written, labels.variable);
    checkApart(ofIndices, indices, written, labels.variable);
    if (this.out !== this.param) {
      const argument = labels.gradient(state.variable);
      throw typeError('ERR_ADAMAX_ARG_TYPE', `${argument} must be dense, out of place: received IndexedSlices`);
    }
    if (state.size === 0) checkIndices(state, rows, labels);
    return WAY.told;
  }

  /** Brings the gradient that was checked to entry `i` of a plan: by its address, or as a copy, which costs less. */
  bind(plan: BackendPlan, i: number, staging: Staging, labels: PairLabels): void {
    if (this.#way === WAY.copied) {
      if (this.#bound !== STAGED) this.#beginToCopy(plan, i, staging);
      const gradient = this.#checked as Float32Array;
      // Between its check and here the check of another may have run what somebody has put in the place of a built-in.
      if (lengthOf(gradient) !== this.#size) throw detached(labels.gradient(this.state.variable), gradient);
      copyInto(this.#stage as Float32Array, gradient);
      this.#last = gradient;
    } else if (this.#way === WAY.told) {
      this.#tell(plan, i, this.#checked as StepGradient);
    }
  }

  /** Whether the backend knows an array of the caller's. */
  get borrows(): boolean {
    return this.#bound !== STAGED;
  }

  #tell(plan: BackendPlan, i: number, gradient: StepGradient): void {
    if (gradient instanceof Rows) {
      // Rows without elements were looked up when they were checked, and leave nothing to do.
      plan.gradient(i, gradient.values, this.#size === 0 ? null : gradient.indices);
      this.#bound = { kind: 'rows', rows: gradient, slices: this.#slices };
      this.#last = null;
    } else {
      plan.gradient(i, gradient, null);
      this.#bound = { kind: 'direct', gradient };
      this.#last = Staging.fits(this.#size) ? gradient : null;
    }
  }

  #beginToCopy(plan: BackendPlan, i: number, staging: Staging): void {
    this.#stage ??= staging.allocate(this.#size);
    plan.gradient(i, this.#stage, null);
    this.#bound = STAGED;
  }
}

/** Looks up the rows of a table without elements, of which no backend knows how many it has. */
function checkIndices(state: VariableState, rows: Rows, labels: PairLabels): void {
  for (let position = 0; position < lengthOf(rows.indices); position++) {
    const row = rows.indices[position];
    if (!(row >= 0 && row < state.rows)) throw badIndex(state, rows, position, labels);
  }
}

export function badIndex(state: VariableState, { indices }: Rows, position: number, labels: PairLabels): RangeError {
  const expected = `${labels.gradient(state.variable)}.indices[${position}] must be in [0, ${state.rows})`;
  return rangeError('ERR_ADAMAX_INDEX', `${expected}: received ${indices[position]}`);
}
