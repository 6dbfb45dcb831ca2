import { checkApart, checkFloat32Array, checkLength, checkMemory, detached } from '../arguments/arrays.js';
import { rangeError } from '../arguments/errors.js';
import {
  type Backend,
  type BackendPlan,
  type BadIndex,
  type Clipping,
  CONTROL,
  type SlotDtype,
  type Target,
} from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import type { MemoryRegions } from '../memory/regions.js';
import { lengthOf, type RowIndices } from '../memory/typed-arrays.js';
import type { StepGradient } from '../variables/gradients.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { Staging } from './staging.js';

/** What the backend has been told of one variable. */
class Entry {
  readonly target: Target;
  /** The dense gradient that is bound by its address, if one is. */
  direct: Float32Array | null = null;
  /** The dense gradient of the last step. */
  last: Float32Array | null = null;
  /** What is bound instead of dense gradients that are another array at each step. */
  stage: Float32Array | null = null;
  values: Float32Array | null = null;
  indices: RowIndices | null = null;
  /** Number of indices when they were bound. */
  slices = 0;

  constructor(target: Target) {
    this.target = target;
  }
}

/**
 * The list of a step: who is updated from which gradient. Only what changed since the last step is checked in full and
 * told to the backend; of the rest it is only asked whether its memory is still whole. After an error the next step
 * starts afresh.
 */
export class Plan {
  readonly #plan: BackendPlan;
  /** Never handed out, so its memory cannot go. */
  readonly #control: Float64Array;
  readonly #scalars: Float32Array;
  readonly #scalarCount: number;
  readonly #written: MemoryRegions;
  #writtenVersion = 0;
  readonly #staging = new Staging();
  readonly #entries: Entry[] = [];
  /** The list that was bound last. */
  #bound: readonly StepGradient[] = [];
  /** All memory of a step whose gradients are all bound directly; empty where one is not. */
  readonly #direct: Float32Array[] = [];

  constructor(backend: Backend, rule: Rule, scalars: Float32Array, written: MemoryRegions, slotDtype: SlotDtype) {
    this.#control = new Float64Array(CONTROL.scalars + rule.scalars);
    this.#plan = backend.plan(rule, this.#control, slotDtype);
    this.#scalars = scalars;
    this.#scalarCount = rule.scalars;
    this.#written = written;
  }

  /**
   * Steps `targets[i]` by `gradients[i]`, or throws and writes nothing.
   * Nothing in here runs code of the user, so no memory can go between its check and the end of the step.
   *
   * @param changed - whether a target or a gradient is not what it was when these very lists were bound last
   */
  step(targets: readonly Target[], gradients: readonly StepGradient[], changed: boolean, clipping: Clipping): void {
    try {
      if (changed || gradients !== this.#bound) this.#bind(targets, gradients);
      else if (!this.#isWhole()) this.#bindForLong(targets, gradients);
      this.#setControl(targets.length, clipping);
      const bad = this.#plan.run();
      if (bad !== undefined) throw badIndex(this.#entries[bad.entry], bad);
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  /** Whether there is a thread to go to. */
  get canLeave(): boolean {
    return this.#plan.runAsync !== undefined;
  }

  /**
   * The same off the event loop. Everything but the indices is checked before it returns; until the promise settles,
   * nothing else may be asked of the plan, and the arrays must stay where they are.
   *
   * @throws TypeError `ERR_ADAMAX_DETACHED` (as a rejection) when one of them has not
   */
  async stepAsync(targets: readonly Target[], gradients: readonly StepGradient[], clipping: Clipping): Promise<void> {
    try {
      this.#bind(targets, gradients);
      this.#setControl(targets.length, clipping);
      // What the step works on is held by the addon itself, as well as by this suspended call.
      const bad = await this.#plan.runAsync?.([...this.#entries, targets, gradients]);
      if (bad !== undefined) throw badIndex(this.#entries[bad.entry], bad);
      for (const target of targets) checkTarget(target);
    } catch (error) {
      this.#reset();
      throw error;
    }
  }

  /** Forgets what it knows, so that everything is checked and bound again. */
  #reset(): void {
    this.#entries.length = 0;
    this.#direct.length = 0;
  }

  /** Whether everything is bound directly, and its memory is where it was. */
  #isWhole(): boolean {
    if (this.#direct.length === 0 || this.#writtenVersion !== this.#written.version) return false;
    const direct = this.#direct;
    for (let i = 0; i < direct.length; i++) if (direct[i][0] === undefined) return false;
    return true;
  }

  #bind(targets: readonly Target[], gradients: readonly StepGradient[]): void {
    // A gradient bound before may lie on a variable that has come since.
    if (this.#writtenVersion !== this.#written.version) this.#reset();
    this.#writtenVersion = this.#written.version;
    this.#direct.length = 0;
    this.#bound = gradients;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i];
      let entry = this.#entries[i];
      if (entry === undefined || entry.target !== target) {
        this.#plan.target(i, target);
        entry = new Entry(target);
        this.#entries[i] = entry;
      }
      if (target.param[0] === undefined || target.memory[0] === undefined) checkTarget(target);
      this.#take(i, entry, gradients[i]);
    }
  }

  /** Binds a list that came a second time, and may well come again. */
  #bindForLong(targets: readonly Target[], gradients: readonly StepGradient[]): void {
    this.#bind(targets, gradients);
    const arrays = new Set<Float32Array>();
    for (let i = 0; i < targets.length; i++) {
      const { target, direct } = this.#entries[i];
      if (direct === null || target.size === 0) return;
      arrays.add(target.param).add(target.memory).add(direct);
    }
    this.#direct.push(...arrays);
  }

  #take(i: number, entry: Entry, gradient: StepGradient): void {
    if (gradient instanceof IndexedSlices) this.#takeRows(i, entry, gradient);
    else if (this.#isPassing(entry, gradient)) this.#stage(i, entry, gradient);
    else this.#takeDense(i, entry, gradient);
  }

  /** Whether this is one of many small gradients, each in an array of its own, with nothing to object to. */
  #isPassing({ last, target }: Entry, gradient: Float32Array): boolean {
    return last !== null && gradient !== last && Staging.fits(gradient, target.size) && this.#written.isApart(gradient);
  }

  /** Copies a gradient, which costs less than telling the backend where it is. */
  #stage(i: number, entry: Entry, gradient: Float32Array): void {
    if (entry.stage === null) entry.stage = this.#staging.allocate(entry.target.size);
    if (entry.direct !== null) this.#plan.gradient(i, entry.stage, null);
    entry.direct = null;
    entry.stage.set(gradient);
    entry.last = gradient;
  }

  #takeDense(i: number, entry: Entry, gradient: Float32Array): void {
    const argument = gradientOf(entry.target);
    checkFloat32Array(argument, gradient);
    checkLength(argument, gradient, entry.target.size, `'${entry.target.name}'`);
    if (gradient === entry.direct) return;
    checkApart(argument, gradient, this.#written);
    this.#plan.gradient(i, gradient, null);
    entry.direct = gradient;
    entry.last = gradient;
    entry.indices = null;
  }

  #takeRows(i: number, entry: Entry, { values, indices }: IndexedSlices): void {
    const { target } = entry;
    const argument = gradientOf(target);
    if (values === entry.values && indices === entry.indices) {
      if (lengthOf(indices) !== entry.slices) throw detached(`${argument}.indices`, indices);
      if (lengthOf(values) !== entry.slices * target.rowLength) throw detached(`${argument}.values`, values);
      return;
    }
    checkMemory(`${argument}.values`, values);
    checkMemory(`${argument}.indices`, indices);
    const slices = lengthOf(indices);
    checkLength(`${argument}.values`, values, slices * target.rowLength, `${slices} rows of ${target.rowLength}`);
    checkApart(`${argument}.values`, values, this.#written);
    checkApart(`${argument}.indices`, indices, this.#written);
    this.#plan.gradient(i, values, indices);
    entry.direct = null;
    entry.last = null;
    entry.values = values;
    entry.indices = indices;
    entry.slices = slices;
  }

  #setControl(count: number, { norm, value }: Clipping): void {
    const control = this.#control;
    control[CONTROL.count] = count;
    control[CONTROL.clipnorm] = norm;
    control[CONTROL.clipvalue] = value;
    for (let k = 0; k < this.#scalarCount; k++) {
      const scalar: number | undefined = this.#scalars[k];
      // A subclass was handed the scalars, and may have done anything with them.
      if (scalar === undefined) throw detached('scalars', this.#scalars);
      control[CONTROL.scalars + k] = scalar;
    }
  }
}

function badIndex({ target, indices }: Entry, { position }: BadIndex): RangeError {
  const rows = target.rowLength === 0 ? 0 : target.size / target.rowLength;
  return rangeError(
    'ERR_ADAMAX_INDEX',
    `${gradientOf(target)}.indices[${position}] must be in [0, ${rows}): received ${indices?.[position]}`,
  );
}

function gradientOf(target: Target): string {
  return `gradient of '${target.name}'`;
}

/** Throws unless all that a step writes of the variable is there. */
function checkTarget({ name, param, memory, size }: Target): void {
  if (lengthOf(param) !== size) throw detached(`'${name}'`, param);
  if (size > 0 && lengthOf(memory) === 0) throw detached(`slots of '${name}'`, memory);
}
