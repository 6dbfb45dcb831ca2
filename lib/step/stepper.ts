import { rangeError, typeError } from '../arguments/errors.js';
import { backend } from '../backend/choose-backend.js';
import { byName, type Label } from '../state/labels.js';
import type { VariableState } from '../state/variable-state.js';
import type { Creation } from '../state/variable-states.js';
import type { StepGradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { checkAggregated, doneAtOnce } from './aggregation.js';
import { constrain, isConstrained } from './constraints.js';
import { HeapList } from './heap-list.js';
import type { StepHooks } from './hooks.js';
import { checkNotInFlight, takeOff } from './in-flight.js';
import { LastStep, normOfAll, normOfNorms, type StepRecord } from './last-step.js';
import { Meeting } from './meeting.js';
import { NewVariables } from './new-variables.js';
import { APPLIED, type PairLabels, type PairWords } from './pair-labels.js';
import { copiesOf } from './rollback.js';
import type { Outs, StepList } from './step-list.js';
import { StepLists } from './step-lists.js';
import { type Change, StepPairs } from './step-pairs.js';
import type { StepOutcome, StepSource } from './step-source.js';
import { INSIDE, Turn } from './turn.js';

/**
 * From this many elements on a step that need not block leaves the event loop. Below, the way to another thread and
 * back takes about as long as the step: measured some 70 µs, against 0.1 to 0.2 ns an element.
 */
const WORTH_LEAVING = 2 ** 19;

/**
 * Takes the steps of one optimizer: all or nothing, at once or off the event loop. A step goes through its rooms in one
 * order: read, resolve, aggregate, check, bind, run, count. All code of the user runs in the first; from the check to
 * the end of the run nothing runs that a user could have written or replaced.
 */
export class Stepper {
  readonly turn = new Turn(() => {
    if (this.#lists.last?.isIdle === false) throw stillUnderWay();
    if (this.#lists.settle()) this.#last.taken(this.#source.states.counter.get(), this.#source.learningRate);
    // Others may wait for the rest of a step that was cut short.
    this.#meeting.leave();
    this.forget();
    this.#source.states.recover();
  });
  readonly #source: StepSource;
  readonly #pairs: StepPairs;
  /** States of the variables of the pairs, as far as the list knows them. */
  readonly #resolved: VariableState[] = [];
  #constrained = false;
  /** Norms that the list has from outside. */
  #norms: Float64Array | null = null;
  readonly #last = new LastStep(() => this.#gradientNorm());
  readonly #meeting: Meeting;
  readonly #lists: StepLists;
  #heapList: HeapList | null = null;
  readonly #newVariables = new NewVariables();

  constructor(source: StepSource) {
    this.#source = source;
    this.#pairs = new StepPairs(source.adopt);
    this.#lists = new StepLists(source, this.#pairs.labels);
    this.#meeting = new Meeting(this.#pairs, this.turn);
  }

  /** What takes part from outside of the optimizer; null for nothing. */
  get hooks(): StepHooks | null {
    return this.#meeting.hooks;
  }
  set hooks(hooks: StepHooks | null) {
    this.#meeting.hooks = hooks;
  }

  /**
   * Takes one step, and counts it. Does nothing for an empty list, nor where the step is skipped: then nothing was
   * `stepped`.
   * @param outs - where parameters are written, by pair with a gradient; null for in place
   * @param words - what messages call what is listed
   * @param loss - what the gradients are of, if that is known
   * @returns the number of steps taken so far
   */
  step(
    method: string,
    gradsAndVars: unknown,
    aggregate: boolean,
    outs: Outs = null,
    words = APPLIED,
    loss?: number,
  ): number {
    this.#take(method, 'step');
    try {
      return this[INSIDE](gradsAndVars, aggregate, outs, words);
    } catch (error) {
      return this.#unlessSkipped(this.hooks === null ? error : this.#meeting.failed(error));
    } finally {
      if (loss !== undefined) this.#last.lossWas(loss);
      if (this.hooks !== null) this.#meeting.leave();
      this.turn.end();
    }
  }

  /** Runs a body in a turn of its own, where others take part in it. @throws TypeError `ERR_ADAMAX_BUSY` */
  during<T>(call: 'build', body: () => T): T {
    this.#take(call, call);
    try {
      return this.turn[INSIDE](body);
    } finally {
      this.turn.end();
    }
  }

  #take(method: string, call: 'step' | 'build'): void {
    try {
      this.turn.take(method);
    } catch (error) {
      if (this.turn.isAway) this.hooks?.refused?.(call, error, true);
      throw error;
    }
  }

  /** What `step` does in its turn. */
  [INSIDE](gradsAndVars: unknown, aggregate: boolean, outs: Outs, words: PairWords): number {
    const change = this.#read(gradsAndVars, aggregate, words);
    if (this.#pairs.count > 0) {
      const count = this.#step(change, outs);
      this.#taken(count);
      return count;
    }
    if (this.hooks !== null) doneAtOnce(this.#meeting.meet(null, true));
    return this.#source.states.counter.get();
  }

  /** In this order: a timeout may strike between the two. */
  #taken(count: number): void {
    this.#last.taken(count, this.#source.learningRate);
    this.#lists.last?.counted();
  }

  /** What is known of the last step that was taken or skipped; null before the first. */
  get lastStep(): StepRecord | null {
    this.settle();
    return this.#last.record;
  }

  /** Of the gradients of the last step, as long as the optimizer knows them. */
  #gradientNorm(): number | undefined {
    if (this.#norms !== null) return normOfNorms(this.#norms);
    // Of a variable whose state is sharded each replica has the sums of its stretch.
    const isWhole = this.hooks?.stretchOf === undefined;
    const gradients = (isWhole ? this.#lists.last?.gradients : null) ?? null;
    return gradients === null ? undefined : normOfAll(gradients);
  }

  /** What steps go by, for whoever takes part in them. */
  get source(): StepSource {
    return this.#source;
  }

  /** Variables that the last step has stepped. Whoever asks later than right after it may hear of another step. */
  get stepped(): readonly Variable[] {
    return this.#pairs.variables;
  }

  /** Likewise, variables that it listed without a gradient. */
  get without(): readonly Variable[] {
    return this.#pairs.without;
  }

  /** Likewise, what a message calls a variable of it. */
  get label(): Label {
    return this.#pairs.labels.variable;
  }

  /** Takes one step off the event loop, where that is worth the way. */
  async stepAsync(
    method: string,
    gradsAndVars: unknown,
    aggregate: boolean,
    words = APPLIED,
    loss?: number,
  ): Promise<StepOutcome> {
    try {
      this.turn.take(method);
    } catch (error) {
      if (this.turn.isAway) await this.hooks?.refused?.('step', error, false);
      throw error;
    }
    try {
      const change = this.turn[INSIDE](() => this.#read(gradsAndVars, aggregate, words));
      if (this.#pairs.count === 0) {
        if (this.hooks !== null) await this.#meeting.away(() => this.#meeting.meet(null, false));
        return this.#outcome(this.#source.states.counter.get());
      }
      const leaves = this.#lists.current().canLeave && this.#pairs.elements >= WORTH_LEAVING;
      const count =
        !leaves && this.#meeting.isAlone
          ? this.turn[INSIDE](() => this.#step(change, null))
          : await this.#stepLater(change, leaves);
      this.#taken(count);
      return this.#outcome(count);
    } catch (error) {
      const cause = this.hooks === null ? error : await this.#meeting.failedLater(error);
      return this.#outcome(this.#unlessSkipped(cause));
    } finally {
      if (loss !== undefined) this.#last.lossWas(loss);
      if (this.hooks !== null) this.#meeting.leave();
      // The turn ends when all is undone, since others may be called between two turns of this function.
      this.turn.end();
    }
  }

  /**
   * Steps variables that lie in one array, where binding each by a view of its own would take longer than the step.
   * @param variables - the same list at each call, for the least work; their own memory is not looked at
   * @param offsets - for each of them, where in `heap` its parameter is read, where it is written, and where its dense
   *   gradient begins, in elements. That nothing overlaps which must not is the caller's business
   */
  stepOnHeap(method: string, variables: readonly Variable[], heap: Float32Array, offsets: Float64Array): void {
    this.turn.take(method);
    try {
      const { states, rule, scalars, clipping, guard } = this.#source;
      this.#last.begin();
      this.turn[INSIDE](() => this.#writeScalars());
      const current = backend();
      if (this.#heapList?.backend !== current) this.#heapList = new HeapList(current, rule, states, guard);
      const list = this.#heapList;
      const count = states.counter.get() + 1;
      list.step(variables, heap, offsets, scalars, clipping);
      states.counter.set(count);
      this.#last.takenElsewhere(count, this.#source.learningRate);
    } catch (error) {
      this.#heapList = null;
      this.#skip(error);
    } finally {
      this.turn.end();
    }
  }

  /** Mends what a script's timeout has cut short, if anything: for whoever is about to look at the state. */
  settle(): void {
    if (this.#lists.last?.isCounting || this.#source.states.journal.isOpen) this.turn.settle();
  }

  /** Forgets all that is known of the last step, and lets go of its arrays. */
  forget(): void {
    this.#pairs.clear();
    this.#resolved.length = 0;
    this.#norms = null;
    this.#lists.reset();
    this.#heapList = null;
  }

  /**
   * What comes of a step that was not taken: the number of steps there were, if it is to be skipped, or else its error.
   */
  #unlessSkipped(error: unknown): number {
    this.forget();
    return this.#skip(error);
  }

  #skip(error: unknown): number {
    const { guard, states, learningRate } = this.#source;
    guard.skip(error);
    const count = states.counter.get();
    this.#last.skipped(count, learningRate);
    return count;
  }

  /** Room one: all code of the user. */
  #read(gradsAndVars: unknown, aggregate: boolean, words: PairWords): Change {
    this.#last.begin();
    const change = this.#pairs.read(gradsAndVars, words);
    this.#pairs.aggregate = aggregate;
    if (this.#pairs.count > 0) this.#writeScalars();
    return change;
  }

  #writeScalars(): void {
    const { states } = this.#source;
    // A counter that was given the memory of a parameter counts nothing.
    states.follow(this.#pairs.labels.variable);
    this.#source.writeScalars(states.counter.get());
  }

  /** Taken down before the turn ends, since another call may step before the promise is heard. */
  #outcome(count: number): StepOutcome {
    const { variables, without } = this.#pairs;
    const labels = new Map(without.map((variable) => [variable, this.label(variable)]));
    return { count, stepped: [...variables], without, label: (variable) => labels.get(variable) ?? byName(variable) };
  }

  #step(change: Change, outs: Outs): number {
    const list = this.#lists.current();
    list.note(change, outs);
    if (!list.isNew) {
      return this.#stepResolved(list, this.hooks === null ? this.#pairs.gradients : this.#gradients(list));
    }
    const creation = this.#source.states.creation(this.#pairs.labels.variable);
    let count: number;
    try {
      this.#resolve(list, creation);
      count = this.#stepResolved(list, this.#gradients(list));
    } catch (error) {
      creation.undo();
      throw error;
    }
    this.#keep(creation, count);
    return count;
  }

  /** @param leaves - whether the step itself goes to another thread, too */
  async #stepLater(change: Change, leaves: boolean): Promise<number> {
    const list = this.#lists.current();
    const creation = this.#source.states.creation(this.#pairs.labels.variable);
    let count: number;
    try {
      list.note(change, null);
      if (list.isNew) this.#resolve(list, creation);
      const follow = () => {
        // Meanwhile a variable may have been given other memory.
        list.note('nothing', null);
        if (list.isNew) this.#resolve(list, creation);
      };
      if (this.hooks?.meet !== undefined) {
        list.check(this.#pairs.gradients);
        await this.#meeting.away(() => this.#meeting.meet(null, false));
        follow();
      }
      let gradients: readonly StepGradient[] = this.#pairs.gradients;
      // Without an aggregation nothing is waited for, so that everything is checked before the call returns.
      const { aggregator } = this.#meeting;
      if (aggregator !== null) {
        gradients = checkAggregated(
          await this.#meeting.away(() => aggregator.aggregate(this.#pairs, false)),
          this.#pairs.count,
        );
        follow();
      }
      if (leaves) count = await this.#runAway(list, gradients);
      else if (!this.#isCompleted) count = this.#stepResolved(list, gradients);
      else count = await this.#runInTurns(list, gradients);
    } catch (error) {
      creation.undo();
      // Others hear of it in the turn of this step: one that is asked for later must not come to them before it.
      throw this.hooks === null ? error : await this.#meeting.failedLater(error);
    }
    this.#keep(creation, count);
    return count;
  }

  /** Whether others have a say in the step once it has run. */
  get #isCompleted(): boolean {
    return this.hooks?.complete !== undefined || (this.#constrained && this.hooks?.constrained !== undefined);
  }

  async #runAway(list: StepList, gradients: readonly StepGradient[]): Promise<number> {
    this.#prepare(list, gradients);
    const restore = this.#saved(list, false);
    const inUse = takeOff(this.#resolved, gradients, this.#source.states.counter.data, () => list.isIdle);
    try {
      const run = list.runAsync();
      // Behind this nothing is called before the promise is waited for, so that nothing can be cut short.
      this.turn.goAway(inUse);
      await run;
      if (this.hooks?.complete !== undefined) await this.hooks.complete(this.#pairs, false);
    } finally {
      inUse.end();
    }
    return await this.#finishLater(restore);
  }

  /** Runs here what is completed from elsewhere later. */
  async #runInTurns(list: StepList, gradients: readonly StepGradient[]): Promise<number> {
    this.#prepare(list, gradients);
    const restore = this.#saved(list, this.hooks?.drive !== undefined);
    this.#runEntries(list, restore);
    await this.hooks?.complete?.(this.#pairs, false);
    return await this.#finishLater(restore);
  }

  /** Room two: looks the states of the variables up. @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_OVERLAP` */
  #resolve(list: StepList, creation: Creation): void {
    const { variables, labels } = this.#pairs;
    this.#source.states.follow(labels.variable);
    const distinct = new Set<Variable>();
    const resolved = this.#resolved;
    resolved.length = variables.length;
    for (let i = 0; i < variables.length; i++) {
      if (distinct.has(variables[i])) throw listedTwice(labels, variables, i);
      distinct.add(variables[i]);
      resolved[i] = creation.stateOf(variables[i]);
    }
    this.#constrained = variables.some(isConstrained);
    list.resolve(resolved);
  }

  /** Room three: what the step goes by, which others may have a say in. */
  #gradients(list: StepList): readonly StepGradient[] {
    if (this.hooks?.meet !== undefined) {
      list.check(this.#pairs.gradients);
      doneAtOnce(this.#meeting.meet(null, true));
    }
    const { aggregator } = this.#meeting;
    if (aggregator === null) return this.#pairs.gradients;
    return checkAggregated(doneAtOnce(aggregator.aggregate(this.#pairs, true)), this.#pairs.count);
  }

  #stepResolved(list: StepList, gradients: readonly StepGradient[]): number {
    this.#prepare(list, gradients);
    if (this.hooks === null && !this.#constrained) {
      return list.runAndCount();
    }
    const { counter, journal } = this.#source.states;
    counter.get();
    const restore = this.#saved(list, this.hooks?.drive !== undefined);
    const run = () => this.#runHooked(list, restore);
    return restore === null ? run() : journal.during(restore, run);
  }

  #runHooked(list: StepList, restore: (() => void) | null): number {
    this.#runEntries(list, restore);
    if (this.hooks?.complete !== undefined) doneAtOnce(this.hooks.complete(this.#pairs, true));
    return this.#finish(restore);
  }

  #runEntries(list: StepList, restore: (() => void) | null): void {
    try {
      const hooks = this.hooks;
      const drive = hooks?.drive;
      if (drive === undefined) list.run(0, list.count);
      else {
        const run = (first: number, count: number) => list.run(first, count);
        const stretch = (entry: number, begin: number, end: number, gradient?: Float32Array | null) => {
          list.stretch(entry, begin, end, gradient);
        };
        drive.call(hooks, list.count, run, stretch);
        // A step that fails forgets its list altogether.
        if (hooks?.stretchOf === undefined) list.makeWhole();
      }
    } catch (error) {
      restore?.();
      throw error;
    }
  }

  /** Rooms four and five: everything that can throw, then what the backend is to be told. */
  #prepare(list: StepList, gradients: readonly StepGradient[]): void {
    const { scalars, clipping } = this.#source;
    checkNotInFlight(this.#resolved, gradients, this.#pairs.labels);
    const stretched = this.hooks?.stretchOf !== undefined;
    // A sparse gradient may be bound to a whole entry only.
    if (stretched) list.makeWhole();
    // Gradients that somebody aggregated may be others under the same list.
    const areOwn = gradients === this.#pairs.gradients;
    if (!areOwn || !list.isSettledOn(gradients)) {
      list.check(gradients);
      list.bind(gradients, areOwn);
    }
    if (stretched) this.#stretch(list);
    list.setScalars(scalars, clipping);
    if (this.hooks !== null || this.#norms !== null) this.#setNorms(list, this.hooks?.normOf);
  }

  #stretch(list: StepList): void {
    for (let i = 0; i < list.count; i++) {
      const stretch = this.hooks?.stretchOf?.(i) ?? null;
      if (stretch !== null) list.stretch(i, stretch.begin, stretch.end);
    }
  }

  #setNorms(list: StepList, normOf: StepHooks['normOf']): void {
    if (normOf !== undefined && this.#source.clipping.norm < Infinity) {
      this.#norms = Float64Array.from({ length: list.count }, (_, i) => this.hooks?.normOf?.(i) ?? Number.NaN);
      list.setNorms(this.#norms);
    } else if (this.#norms !== null) {
      list.setNorms(null);
      this.#norms = null;
    }
  }

  /** Room seven, once everything is written: whatever may still fail takes the writing back. */
  #finish(restore: (() => void) | null): number {
    try {
      if (this.#constrained) doneAtOnce(constrain(this.#pairs, this.hooks, true));
      return this.#conclude();
    } catch (error) {
      restore?.();
      throw error;
    }
  }

  async #finishLater(restore: (() => void) | null): Promise<number> {
    try {
      const heard = this.#constrained ? constrain(this.#pairs, this.hooks, false) : undefined;
      if (heard !== undefined) await heard;
      return this.#conclude();
    } catch (error) {
      restore?.();
      throw error;
    }
  }

  #conclude(): number {
    this.hooks?.after?.(this.#pairs);
    return this.#source.states.counter.increment();
  }

  /**
   * Copies what the step writes, where what comes after it may fail; the result puts it back.
   * @param inRanges - whether a range may find a fault when others have been written
   */
  #saved(list: StepList, inRanges: boolean): (() => void) | null {
    const mayFail =
      this.#constrained || this.hooks?.after !== undefined || (inRanges && (list.hasRows || this.#source.guard.isOn));
    if (!mayFail) return null;
    list.askWhole();
    return copiesOf(this.#resolved, this.#source.states.counter);
  }

  /** @param steps - how many there are with this one */
  #keep(creation: Creation, steps: number): void {
    const { count, passedOver, variables, labels } = this.#pairs;
    // A variable that was passed over, since it is frozen, may be an old acquaintance.
    const onlyNew = creation.count === count && !passedOver;
    creation.keep();
    if (onlyNew) this.#newVariables.note(variables, labels.variable, steps);
  }
}

function stillUnderWay(): TypeError {
  const expected = 'a call must wait for the step off the event loop whose call a timeout cut short';
  return typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it was done`);
}

function listedTwice(labels: PairLabels, variables: readonly Variable[], second: number): RangeError {
  const { words } = labels;
  const again = words.variable(labels.positionOf(second));
  const received = `${labels.variable(variables[second])} and again ${again}`;
  return rangeError('ERR_ADAMAX_DUPLICATE', `${words.list} must list each variable once: received ${received}`);
}
