import { rangeError } from '../arguments/errors.js';
import type { VariableState } from '../state/variable-state.js';
import type { Creation } from '../state/variable-states.js';
import type { StepGradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { checkAggregated, doneAtOnce } from './aggregation.js';
import { constrain, isConstrained } from './constraints.js';
import type { StepHooks } from './hooks.js';
import { checkNotInFlight } from './in-flight.js';
import { normOfAll, normOfNorms } from './last-step.js';
import type { Meeting } from './meeting.js';
import { NewVariables } from './new-variables.js';
import type { Outs } from './outs.js';
import type { PairLabels, PairWords } from './pair-labels.js';
import { copiesOf } from './rollback.js';
import type { StepList } from './step-list.js';
import type { StepLists } from './step-lists.js';
import type { Change, StepPairs } from './step-pairs.js';
import type { StepSource } from './step-source.js';

/**
 * The rooms of a step, and the order in which it goes through them: read, resolve, aggregate, check, bind, run, count.
 * All code of the user runs in the first; from the check to the end of the run nothing runs that a user could have
 * written or replaced. `RoomsLater` goes through the same rooms where something is waited for.
 */
export class Rooms {
  readonly source: StepSource;
  readonly pairs: StepPairs;
  readonly lists: StepLists;
  readonly meeting: Meeting;
  /** States of the variables of the pairs, as far as the list knows them. */
  readonly resolved: VariableState[] = [];
  /** Whether one of those variables has a constraint. */
  hasConstraints = false;
  /** Norms that the list has from outside. */
  #norms: Float64Array | null = null;
  readonly #newVariables = new NewVariables();

  constructor(source: StepSource, pairs: StepPairs, lists: StepLists, meeting: Meeting) {
    this.source = source;
    this.pairs = pairs;
    this.lists = lists;
    this.meeting = meeting;
  }

  /** Room one: all code of the user. */
  read(gradsAndVars: unknown, aggregate: boolean, words: PairWords): Change {
    const change = this.pairs.read(gradsAndVars, words);
    this.pairs.aggregate = aggregate;
    if (this.pairs.count > 0) this.writeScalars();
    return change;
  }

  writeScalars(): void {
    const { states } = this.source;
    // A counter that was given the memory of a parameter counts nothing.
    states.follow(this.pairs.labels.variable);
    this.source.writeScalars(states.counter.get());
  }

  /**
   * Goes through the other rooms at once, by the pairs that were read.
   * @returns the number of steps taken so far
   */
  step(change: Change, outs: Outs): number {
    const list = this.lists.current();
    list.note(change, outs);
    if (!list.isNew) {
      return this.stepResolved(list, this.meeting.hooks === null ? this.pairs.gradients : this.#gradients(list));
    }
    const creation = this.source.states.creation(this.pairs.labels.variable);
    let count: number;
    try {
      this.resolve(list, creation);
      count = this.stepResolved(list, this.#gradients(list));
    } catch (error) {
      creation.undo();
      throw error;
    }
    this.keep(creation, count);
    return count;
  }

  /** Room two: looks the states of the variables up. @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_OVERLAP` */
  resolve(list: StepList, creation: Creation): void {
    const { variables, labels } = this.pairs;
    this.source.states.follow(labels.variable);
    const distinct = new Set<Variable>();
    const { resolved } = this;
    resolved.length = variables.length;
    for (let i = 0; i < variables.length; i++) {
      if (distinct.has(variables[i])) throw listedTwice(labels, variables, i);
      distinct.add(variables[i]);
      resolved[i] = creation.stateOf(variables[i]);
    }
    this.hasConstraints = variables.some(isConstrained);
    list.resolve(resolved);
  }

  /** Room three: what the step goes by, which others may have a say in. */
  #gradients(list: StepList): readonly StepGradient[] {
    const { pairs, meeting } = this;
    if (meeting.hooks?.meet !== undefined) {
      list.check(pairs.gradients);
      doneAtOnce(meeting.meet(null, true));
    }
    const { aggregator } = meeting;
    if (aggregator === null) return pairs.gradients;
    return checkAggregated(doneAtOnce(aggregator.aggregate(pairs, true)), pairs.count);
  }

  /** The rooms from the check on. */
  stepResolved(list: StepList, gradients: readonly StepGradient[]): number {
    this.prepare(list, gradients);
    if (this.meeting.hooks === null && !this.hasConstraints) return list.runAndCount();
    return this.#stepHooked(list);
  }

  #stepHooked(list: StepList): number {
    const { counter, journal } = this.source.states;
    counter.get();
    const restore = this.saved(list, this.meeting.hooks?.drive !== undefined);
    const run = () => this.#runHooked(list, restore);
    return restore === null ? run() : journal.during(restore, run);
  }

  /** Rooms four and five: everything that can throw, then what the backend is to be told. */
  prepare(list: StepList, gradients: readonly StepGradient[]): void {
    const { scalars, clipping } = this.source;
    const { hooks } = this.meeting;
    checkNotInFlight(this.resolved, gradients, this.pairs.labels);
    const stretched = hooks?.stretchOf !== undefined;
    // A sparse gradient may be bound to a whole entry only.
    if (stretched) list.makeWhole();
    // Gradients that somebody aggregated may be others under the same list.
    const areOwn = gradients === this.pairs.gradients;
    if (!areOwn || !list.isSettledOn(gradients)) {
      list.check(gradients);
      list.bind(gradients, areOwn);
    }
    if (stretched) setStretches(list, hooks);
    list.setScalars(scalars, clipping);
    if (hooks !== null || this.#norms !== null) this.#setNorms(list, hooks);
  }

  #setNorms(list: StepList, hooks: StepHooks | null): void {
    if (hooks?.normOf !== undefined && this.source.clipping.norm < Infinity) {
      this.#norms = Float64Array.from({ length: list.count }, (_, i) => hooks.normOf?.(i) ?? Number.NaN);
      list.setNorms(this.#norms);
    } else if (this.#norms !== null) {
      list.setNorms(null);
      this.#norms = null;
    }
  }

  /** Of the gradients of the last step, as long as they are known. */
  gradientNorm(): number | undefined {
    if (this.#norms !== null) return normOfNorms(this.#norms);
    // Of a variable whose state is sharded each replica has the sums of its stretch.
    const isWhole = this.meeting.hooks?.stretchOf === undefined;
    const gradients = (isWhole ? this.lists.last?.gradients : null) ?? null;
    return gradients === null ? undefined : normOfAll(gradients);
  }

  /**
   * Copies what the step writes, where what comes after it may fail; the result puts it back.
   * @param inRanges - whether a range may find a fault when others have been written
   */
  saved(list: StepList, inRanges: boolean): (() => void) | null {
    const mayFail =
      this.hasConstraints ||
      this.meeting.hooks?.after !== undefined ||
      (inRanges && (list.hasRows || this.source.guard.isOn));
    if (!mayFail) return null;
    list.askWhole();
    return copiesOf(this.resolved, this.source.states.counter);
  }

  #runHooked(list: StepList, restore: (() => void) | null): number {
    this.run(list, restore);
    const { hooks } = this.meeting;
    if (hooks?.complete !== undefined) doneAtOnce(hooks.complete(this.pairs, true));
    return this.#finish(restore);
  }

  /** Room six, where others may have a say in how. */
  run(list: StepList, restore: (() => void) | null): void {
    try {
      const { hooks } = this.meeting;
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

  /** Room seven, once everything is written: whatever may still fail takes the writing back. */
  #finish(restore: (() => void) | null): number {
    try {
      if (this.hasConstraints) doneAtOnce(constrain(this.pairs, this.meeting.hooks, true));
      return this.count();
    } catch (error) {
      restore?.();
      throw error;
    }
  }

  /** Counts the step, when those who take part have had their last word. */
  count(): number {
    this.meeting.hooks?.after?.(this.pairs);
    return this.source.states.counter.increment();
  }

  /**
   * Keeps states that were made for a step which has been taken.
   * @param steps - how many there are with this one
   */
  keep(creation: Creation, steps: number): void {
    const { count, passedOver, variables, labels } = this.pairs;
    // A variable that was passed over, since it is frozen, may be an old acquaintance.
    const onlyNew = creation.count === count && !passedOver;
    creation.keep();
    if (onlyNew) this.#newVariables.note(variables, labels.variable, steps);
  }

  /** Forgets all that is known of the last step, and lets go of its arrays. */
  forget(): void {
    this.pairs.clear();
    this.resolved.length = 0;
    this.#norms = null;
    this.lists.reset();
  }
}

function setStretches(list: StepList, hooks: StepHooks): void {
  for (let i = 0; i < list.count; i++) {
    const stretch = hooks.stretchOf?.(i) ?? null;
    if (stretch !== null) list.stretch(i, stretch.begin, stretch.end);
  }
}

function listedTwice(labels: PairLabels, variables: readonly Variable[], second: number): RangeError {
  const { words } = labels;
  const again = words.variable(labels.positionOf(second));
  const received = `${labels.variable(variables[second])} and again ${again}`;
  return rangeError('ERR_ADAMAX_DUPLICATE', `${words.list} must list each variable once: received ${received}`);
}
