import type { Stretch } from '../backend/stretch.js';
import type { Variable } from '../variables/variable.js';
import type { Eventually, Failure } from './outcome.js';

/** What a task is about, which must be the same for all that do it together. */
export interface TaskContent {
  /** A number that stands for it. */
  readonly value: number;
  /** What a message shows of it, where that is not so. */
  readonly shown: () => string;
}

/** What all replicas of an optimizer do together with its state beside steps: each of them calls all of this alike. */
export interface Replication {
  /** Stands for the strategy: the same for all of its optimizers. */
  readonly group: object;
  /** This replica: 0 for the first, which writes files. */
  readonly rank: number;
  /** Whether this replica keeps a part of the state only. */
  readonly isSharded: boolean;
  /** The part of the slots of a variable that is kept here; null for all of it. */
  shardOf(variable: Variable): Stretch | null;
  /**
   * Begins a task once all replicas have come to it. Until it is ended, nothing else of the strategy is exchanged. Where
   * this throws there is nothing to end.
   * @param task - what messages call it: `save`
   * @param failure - why it cannot be begun here
   * @throws Error `ERR_ADAMAX_REPLICA` in all of them, unless all can begin; `failure.error` where none can
   * @throws TypeError `ERR_ADAMAX_BUSY` where it is to be done at once, and something is under way
   */
  begin(task: string, content: TaskContent, failure: Failure | null, atOnce: boolean): Eventually<void>;
  /**
   * Completes elements of a slot, of which each replica has filled in its own.
   * @param first - the place of the first one in the slot
   * @param width - bytes of an element
   */
  complete(variable: Variable, first: number, width: number, bytes: Uint8Array, atOnce: boolean): Eventually<void>;
  /**
   * Lets all know what has come of a task so far.
   * @param text - what the first replica says, up to 4,000 bytes
   * @returns that, in all of them
   * @throws Error `ERR_ADAMAX_REPLICA` in all of them, where one has failed; `failure.error` where all have
   */
  conclude(task: string, text: string, failure: Failure | null, atOnce: boolean): Eventually<string>;
  /** @param atOnce - as it was begun */
  end(atOnce: boolean): void;
}
