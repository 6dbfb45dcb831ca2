import { typeError } from '../arguments/errors.js';
import { backend } from '../backend/choose-backend.js';
import { byName, type Label } from '../state/labels.js';
import type { Variable } from '../variables/variable.js';
import { doneAtOnce } from './aggregation.js';
import { HeapList } from './heap-list.js';
import type { StepHooks } from './hooks.js';
import { LastStep, type StepRecord } from './last-step.js';
import { Meeting } from './meeting.js';
import type { Outs } from './outs.js';
import { APPLIED, type PairWords } from './pair-labels.js';
import { Rooms } from './rooms.js';
import { RoomsLater } from './rooms-later.js';
import { StepLists } from './step-lists.js';
import { type Change, StepPairs } from './step-pairs.js';
import type { StepOutcome, StepSource } from './step-source.js';
import { INSIDE, Turn } from './turn.js';

/**
 * Takes the steps of one optimizer: all or nothing, at once or off the event loop. It decides who may step and when,
 * and what comes of a step that fails; `Rooms` and `RoomsLater` have what a step does in which order.
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
  readonly #last = new LastStep(() => this.#rooms.gradientNorm());
  readonly #meeting: Meeting;
  readonly #lists: StepLists;
  readonly #rooms: Rooms;
  readonly #later: RoomsLater;
  #heapList: HeapList | null = null;

  constructor(source: StepSource) {
    this.#source = source;
    this.#pairs = new StepPairs(source.adopt);
    this.#lists = new StepLists(source, this.#pairs.labels);
    this.#meeting = new Meeting(this.#pairs, this.turn);
    this.#rooms = new Rooms(source, this.#pairs, this.#lists, this.#meeting);
    this.#later = new RoomsLater(this.#rooms, this.turn);
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
      const count = this.#rooms.step(change, outs);
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
      const leaves = this.#later.isWorthLeaving();
      const count =
        !leaves && this.#meeting.isAlone
          ? this.turn[INSIDE](() => this.#rooms.step(change, null))
          : await this.#later.step(change, leaves);
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
      this.turn[INSIDE](() => this.#rooms.writeScalars());
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
    this.#rooms.forget();
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

  /** The first room: gradients are put where those of the last step were. */
  #read(gradsAndVars: unknown, aggregate: boolean, words: PairWords): Change {
    this.#last.begin();
    return this.#rooms.read(gradsAndVars, aggregate, words);
  }

  /** Taken down before the turn ends, since another call may step before the promise is heard. */
  #outcome(count: number): StepOutcome {
    const { variables, without } = this.#pairs;
    const labels = new Map(without.map((variable) => [variable, this.label(variable)]));
    return { count, stepped: [...variables], without, label: (variable) => labels.get(variable) ?? byName(variable) };
  }
}

function stillUnderWay(): TypeError {
  const expected = 'a call must wait for the step off the event loop whose call a timeout cut short';
  return typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it was done`);
}
