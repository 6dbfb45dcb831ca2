import { checkDisjoint, checkUnused } from '../arguments/arrays.js';
import { wrongType, wrongValue } from '../arguments/errors.js';
import type { Backend, BackendPlan, Clipping, Fault } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { checkStretch, OWN_GRADIENT } from '../backend/stretch.js';
import { append, frozen } from '../memory/built-ins.js';
import { checkApart } from '../state/labels.js';
import { isState, paramOf, type VariableState } from '../state/variable-state.js';
import type { VariableStates } from '../state/variable-states.js';
import type { Rows, StepGradient } from '../variables/gradient.js';
import { timesChanged } from '../variables/variable.js';
import { Control } from './control.js';
import { badIndex, Entry } from './entry.js';
import { areWhole, arraysOf, haveGradients, haveStretches } from './last-pass.js';
import type { NonFiniteGuard } from './non-finite.js';
import { checkOut, checkOuts, type Outs } from './outs.js';
import type { PairLabels } from './pair-labels.js';
import { Staging } from './staging.js';
import type { Change } from './step-pairs.js';
import { checkState, missingOf } from './whole.js';

/**
 * What is known of the list since the last step. docs/architecture.md draws the transitions.
 *
 *   new             nothing: states are to be looked up
 *   resolved        the states: each gradient is to be checked, and bound if it is not what it was
 *   bound           the backend knows everything, as of this step
 *   bound for long  the same list has come twice, by addresses only: all there is to ask is whether `arrays` are whole
 */
type Stage =
  | { readonly kind: 'new' }
  | { readonly kind: 'resolved' }
  | { readonly kind: 'bound' }
  | { readonly kind: 'bound for long'; readonly arrays: readonly ArrayBufferView[] };

const NEW: Stage = { kind: 'new' };
const RESOLVED: Stage = { kind: 'resolved' };
const BOUND: Stage = { kind: 'bound' };

/**
 * The list of a step on one backend: who is updated from which gradient. It alone answers whether this step is the same
 * as the last one. Only what has changed since then is checked in full and told to the backend; of the rest it is only
 * asked whether its memory is still whole. After an error it starts afresh.
 */
export class StepList {
  readonly backend: Backend;
  readonly #plan: BackendPlan;
  readonly #control: Control;
  readonly #states: VariableStates;
  readonly #guard: NonFiniteGuard;
  readonly #labels: PairLabels;
  readonly #staging = new Staging();
  readonly #entries: Entry[] = [];
  /** Of the caller's variables: every array that the step reads or writes whatever its gradients. */
  #owned: readonly Float32Array[] = [];
  /** The gradients that were bound last, as they were handed over. */
  #boundTo: readonly StepGradient[] | null = null;
  /** Whether the backend knows an array of the caller's gradients: of those that were copied it knows the copies. */
  #borrows = true;
  /** Whether a stretch is stepped by an array of its own, and whether one of this step was. */
  #hasOwnGradients = false;
  #cameInStretches = false;
  #stage: Stage = NEW;
  /** What the stage was reached under. */
  #version = -1;
  #changed = -1;
  #outs: Outs = null;
  /** The count that a step reaches which is being run; 0 where none is. */
  #counting = 0;

  /** @param labels - what messages call what is stepped */
  constructor(backend: Backend, rule: Rule, states: VariableStates, guard: NonFiniteGuard, labels: PairLabels) {
    this.backend = backend;
    this.#control = new Control(rule.scalars, states.slotDtype);
    this.#plan = backend.plan(rule, this.#control.array, states.slotDtype);
    this.#states = states;
    this.#guard = guard;
    this.#labels = labels;
  }

  /** Whether there is a thread to go to. */
  get canLeave(): boolean {
    return this.#plan.runAsync !== undefined;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Whether no run is on another thread. */
  get isIdle(): boolean {
    return this.#plan.isIdle;
  }

  /** Takes note of what is other than at the last step. */
  note(change: Change, outs: Outs): void {
    if (this.#changed !== timesChanged() || this.#version !== this.#states.written.version) this.#stage = NEW;
    else if (change === 'variables' || outs !== null || this.#outs !== null) this.#stage = NEW;
    else if (change === 'gradients' && this.#stage.kind !== 'new') this.#stage = RESOLVED;
    this.#outs = outs;
  }

  /** The gradients of the last step; null where they are not known any more, or came in stretches. */
  get gradients(): readonly StepGradient[] | null {
    return this.#cameInStretches ? null : this.#boundTo;
  }

  /** Whether the states of the variables are to be looked up. */
  get isNew(): boolean {
    return this.#stage.kind === 'new';
  }

  /** Whether the list is bound to these very gradients, and all that is left to ask is whether memory is whole. */
  isSettledOn(gradients: readonly StepGradient[]): boolean {
    return this.#stage.kind === 'bound for long' && this.#boundTo === gradients;
  }

  /** Whether a gradient is sparse, so that a run may find a bad index. */
  get hasRows(): boolean {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) if (entries[i].rows !== null) return true;
    return false;
  }

  /**
   * new → resolved: takes the states of the variables, in the order of the step.
   * @throws TypeError `ERR_ADAMAX_DETACHED`
   */
  resolve(states: readonly VariableState[]): void {
    const entries = this.#entries;
    if (this.#version !== this.#states.written.version) {
      // A gradient bound before may lie on a variable that has come since.
      this.#plan.truncate(0);
      entries.length = 0;
    }
    const outs = this.#outs;
    const owned: Float32Array[] = [];
    let memory: Float32Array | null = null;
    for (let i = 0; i < states.length; i++) {
      const state = states[i];
      // A map that somebody has replaced may hand out anything.
      if (!isState(state)) throw wrongType('state', 'one of this optimizer', state);
      const param = paramOf(state);
      const out = outs?.[i] ?? param;
      const known = i < entries.length ? entries[i] : undefined;
      if (known === undefined || known.state !== state || known.param !== param || known.out !== out) {
        checkState(state, this.#labels);
        if (out !== param) checkOut(state, out, this.#labels);
        this.#plan.target(i, state, param, out);
        if (i < entries.length) entries[i] = new Entry(state, out);
        else append(entries, new Entry(state, out));
      }
      if (state.size === 0) continue;
      append(owned, param);
      if (out !== param) append(owned, out);
      // Small slots of many variables lie on one buffer.
      if (state.memory !== memory) append(owned, state.memory);
      memory = state.memory;
    }
    if (entries.length > states.length) {
      entries.length = states.length;
      this.#plan.truncate(states.length);
    }
    this.#owned = owned;
    this.#version = this.#states.written.version;
    this.#changed = timesChanged();
    this.#stage = RESOLVED;
  }

  /** Throws unless each gradient can be stepped by. Writes nothing, and changes nothing but notes of what to bind. */
  check(gradients: readonly StepGradient[]): void {
    const written = this.#states.written;
    const labels = this.#labels;
    const entries = this.#entries;
    // Each gradient is read once, and its entry keeps what was checked.
    for (let i = 0; i < entries.length; i++) entries[i].check(gradients[i], written, labels);
    if (this.#outs !== null) checkOuts(entries, gradients, written, labels);
  }

  /**
   * resolved → bound, bound → bound for long: tells the backend what has changed.
   * @param mayComeAgain - whether this very list may be asked for by `isSettledOn`
   */
  bind(gradients: readonly StepGradient[], mayComeAgain: boolean): void {
    const entries = this.#entries;
    let borrows = false;
    for (let i = 0; i < entries.length; i++) {
      entries[i].bind(this.#plan, i, this.#staging, this.#labels);
      if (entries[i].borrows) borrows = true;
    }
    this.#borrows = borrows;
    this.#boundTo = gradients;
    // A list that came a second time may well come again.
    this.#stage = mayComeAgain && this.#stage.kind === 'bound' ? this.#settled() : BOUND;
  }

  #settled(): Stage {
    const arrays = arraysOf(this.#owned, this.#entries);
    return arrays === null ? BOUND : { kind: 'bound for long', arrays };
  }

  /**
   * The last pass, right before the backend is called: asks every array whether it is whole.
   * @throws TypeError `ERR_ADAMAX_DETACHED`
   */
  askWhole(): void {
    if (!this.#isWhole()) throw missingOf(this.#entries, this.#labels);
  }

  #isWhole(): boolean {
    const entries = this.#entries;
    const stage = this.#stage;
    if (this.#hasOwnGradients && !haveStretches(entries)) return false;
    if (stage.kind === 'bound for long') return areWhole(stage.arrays);
    return areWhole(this.#owned) && (!this.#borrows || haveGradients(entries));
  }

  /** Sets what changes from step to step. @throws TypeError `ERR_ADAMAX_DETACHED` where `scalars` were given away */
  setScalars(scalars: Float32Array, clipping: Clipping): void {
    this.#cameInStretches = false;
    this.#control.setScalars(scalars, clipping, this.#guard.begin(), this.#states.counter.get() + 1);
  }

  /** Supplies the norms that gradients are clipped by; null for their own. */
  setNorms(norms: Float64Array | null): void {
    this.#plan.norms(norms);
  }

  /**
   * Steps all entries and counts the step. It is counted first: a script that is cut short by the timeout of `node:vm`
   * mostly ends when the native call returns, and whoever looks finds counted what was stepped. `counted` must follow.
   * @returns the number of steps taken so far
   * @throws RangeError `ERR_ADAMAX_INDEX`, `ERR_ADAMAX_NON_FINITE`, `ERR_ADAMAX_MEMORY`
   */
  runAndCount(): number {
    const { counter } = this.#states;
    const count = counter.get() + 1;
    this.#control.setRange(0, this.count);
    this.askWhole();
    this.#counting = count;
    counter.set(count);
    let fault: Fault | undefined;
    try {
      fault = this.#plan.run();
    } catch (error) {
      this.settle();
      throw error;
    }
    if (fault !== undefined) {
      this.settle();
      throw this.#errorOf(fault);
    }
    return count;
  }

  /** Says that whoever had a step counted has taken note of it, so that nothing is to be settled any more. */
  counted(): void {
    this.#counting = 0;
  }

  /** Whether a step is being counted and run; if nobody is at it any more, it was cut short. */
  get isCounting(): boolean {
    return this.#counting !== 0;
  }

  /**
   * Counts the step that was being counted if it was taken, and not if it was not.
   * @returns whether there was one, and it was taken
   */
  settle(): boolean {
    const isTaken = this.isCounting && this.#control.isDone;
    if (this.isCounting) this.#states.counter.set(isTaken ? this.#counting : this.#counting - 1);
    this.#counting = 0;
    return isTaken;
  }

  /**
   * Steps `count` entries from `first` on, each within its stretch.
   * @throws RangeError `ERR_ADAMAX_INDEX`, `ERR_ADAMAX_NON_FINITE`, `ERR_ADAMAX_MEMORY`
   */
  run(first: number, count: number): void {
    if (!(first >= 0 && count >= 0 && first + count <= this.count)) {
      throw wrongValue('range', `within ${this.count} entries`, `${first} and ${count} more`);
    }
    this.#control.setRange(first, count);
    this.askWhole();
    const fault = this.#plan.run();
    if (fault !== undefined) throw this.#errorOf(fault);
  }

  /**
   * Limits runs to elements [begin, end) of an entry, as `BackendPlan.stretch` does, until it is set again or
   * `makeWhole`.
   * @param gradient - what stands for these elements of its gradient; null for themselves
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE` for what is no stretch, or not the whole of an entry with a sparse gradient;
   *   the errors of a gradient for one that cannot be stepped by
   */
  stretch(i: number, begin: number, end: number, gradient: Float32Array | null = null): void {
    const entry: Entry | undefined = this.#entries[i];
    if (entry === undefined) throw wrongValue('entry', `one of ${this.count}`, i);
    const stretch = { begin, end, gradient };
    checkStretch(stretch, entry.state.size, entry.rows !== null);
    if (gradient !== null) this.#checkApart(gradient);
    this.#plan.stretch(i, begin, end, gradient);
    entry.stretch = stretch;
    if (gradient === null) return;
    this.#hasOwnGradients = true;
    this.#cameInStretches = true;
  }

  /** Throws when what a stretch is to be stepped by lies on memory that a step writes. */
  #checkApart(gradient: Float32Array): void {
    checkUnused(OWN_GRADIENT, gradient, false);
    checkApart(OWN_GRADIENT, gradient, this.#states.written, this.#labels.variable);
    if (this.#outs === null) return;
    for (const { state, out } of this.#entries) {
      checkDisjoint(`out of ${this.#labels.variable(state.variable)}`, out, OWN_GRADIENT, gradient);
    }
  }

  /** Takes all limits back. */
  makeWhole(): void {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      if (entries[i].stretch === null) continue;
      this.#plan.stretch(i, 0, entries[i].state.size);
      entries[i].stretch = null;
    }
    this.#hasOwnGradients = false;
  }

  /**
   * Steps all entries on another thread. Until the promise settles nothing else may be asked of the list, and the
   * arrays must stay where they are.
   * @throws (as rejections) as `run`; TypeError `ERR_ADAMAX_DETACHED` if an array lost its memory while the step ran
   */
  async runAsync(): Promise<void> {
    this.#control.setRange(0, this.count);
    // What the step works on is held by the addon itself until the thread is done, whatever becomes of this call.
    const held: Entry[] = [];
    for (let i = 0; i < this.#entries.length; i++) append(held, this.#entries[i]);
    this.askWhole();
    const fault = await this.#plan.runAsync?.(frozen(held));
    if (fault !== undefined) throw this.#errorOf(fault);
    for (const { state } of this.#entries) checkState(state, this.#labels);
  }

  /** Any stage → new: forgets what is known, so that everything is checked and bound again. */
  reset(): void {
    this.#plan.truncate(0);
    this.#plan.norms(null);
    this.#stage = NEW;
    this.#entries.length = 0;
    this.#owned = [];
    this.#outs = null;
    this.#boundTo = null;
    this.#counting = 0;
  }

  #errorOf(fault: Fault): RangeError {
    const { state, rows, stretch } = this.#entries[fault.entry];
    if (fault.kind === 'bad index') return badIndex(state, rows as Rows, fault.position, this.#labels);
    return this.#guard.refuse(this.#labels.gradient(state.variable), this.#boundTo?.[fault.entry], stretch);
  }
}
