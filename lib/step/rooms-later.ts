import type { StepGradient } from '../variables/gradient.js';
import { checkAggregated } from './aggregation.js';
import { constrain } from './constraints.js';
import { takeOff } from './in-flight.js';
import type { Rooms } from './rooms.js';
import type { StepList } from './step-list.js';
import type { Change } from './step-pairs.js';
import type { Turn } from './turn.js';

/**
 * From this many elements on a step that need not block leaves the event loop. Below, the way to another thread and
 * back takes about as long as the step: measured some 70 µs, against 0.1 to 0.2 ns an element.
 */
const WORTH_LEAVING = 2 ** 19;

/** How a step goes through its rooms where something is waited for: another thread, or others who take part in it. */
export class RoomsLater {
  readonly #rooms: Rooms;
  readonly #turn: Turn;

  constructor(rooms: Rooms, turn: Turn) {
    this.#rooms = rooms;
    this.#turn = turn;
  }

  /** Whether a step by the pairs that were read is worth the way to another thread, and there is one. */
  isWorthLeaving(): boolean {
    const { lists, pairs } = this.#rooms;
    return lists.current().canLeave && pairs.elements >= WORTH_LEAVING;
  }

  /**
   * Goes through the rooms behind the first, by the pairs that were read.
   * @param leaves - whether the step itself goes to another thread, too
   * @returns the number of steps taken so far
   */
  async step(change: Change, leaves: boolean): Promise<number> {
    const rooms = this.#rooms;
    const { pairs, meeting } = rooms;
    const list = rooms.lists.current();
    const creation = rooms.source.states.creation(pairs.labels.variable);
    let count: number;
    try {
      list.note(change, null);
      if (list.isNew) rooms.resolve(list, creation);
      const follow = () => {
        // Meanwhile a variable may have been given other memory.
        list.note('nothing', null);
        if (list.isNew) rooms.resolve(list, creation);
      };
      if (meeting.hooks?.meet !== undefined) {
        list.check(pairs.gradients);
        await meeting.away(() => meeting.meet(null, false));
        follow();
      }
      let gradients: readonly StepGradient[] = pairs.gradients;
      // Without an aggregation nothing is waited for, so that everything is checked before the call returns.
      const { aggregator } = meeting;
      if (aggregator !== null) {
        gradients = checkAggregated(await meeting.away(() => aggregator.aggregate(pairs, false)), pairs.count);
        follow();
      }
      if (leaves) count = await this.#runAway(list, gradients);
      else if (!this.#isCompleted) count = rooms.stepResolved(list, gradients);
      else count = await this.#runInTurns(list, gradients);
    } catch (error) {
      creation.undo();
      // Others hear of it in the turn of this step: one that is asked for later must not come to them before it.
      throw meeting.hooks === null ? error : await meeting.failedLater(error);
    }
    rooms.keep(creation, count);
    return count;
  }

  /** Whether others have a say in the step once it has run. */
  get #isCompleted(): boolean {
    const { hasConstraints, meeting } = this.#rooms;
    return meeting.hooks?.complete !== undefined || (hasConstraints && meeting.hooks?.constrained !== undefined);
  }

  async #runAway(list: StepList, gradients: readonly StepGradient[]): Promise<number> {
    const { source, pairs, meeting, resolved } = this.#rooms;
    this.#rooms.prepare(list, gradients);
    const restore = this.#rooms.saved(list, false);
    const inUse = takeOff(resolved, gradients, source.states.counter.data, () => list.isIdle);
    try {
      const run = list.runAsync();
      // Behind this nothing is called before the promise is waited for, so that nothing can be cut short.
      this.#turn.goAway(inUse);
      await run;
      if (meeting.hooks?.complete !== undefined) await meeting.hooks.complete(pairs, false);
    } finally {
      inUse.end();
    }
    return await this.#finish(restore);
  }

  /** Runs here what is completed from elsewhere later. */
  async #runInTurns(list: StepList, gradients: readonly StepGradient[]): Promise<number> {
    const { pairs, meeting } = this.#rooms;
    this.#rooms.prepare(list, gradients);
    const restore = this.#rooms.saved(list, meeting.hooks?.drive !== undefined);
    this.#rooms.run(list, restore);
    await meeting.hooks?.complete?.(pairs, false);
    return await this.#finish(restore);
  }

  /** Room seven, as `Rooms` has it. */
  async #finish(restore: (() => void) | null): Promise<number> {
    const { pairs, meeting, hasConstraints } = this.#rooms;
    try {
      const heard = hasConstraints ? constrain(pairs, meeting.hooks, false) : undefined;
      if (heard !== undefined) await heard;
      return this.#rooms.count();
    } catch (error) {
      restore?.();
      throw error;
    }
  }
}
