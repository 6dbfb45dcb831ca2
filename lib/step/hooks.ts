import type { Stretch } from '../backend/stretch.js';
import type { StepGradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import type { Eventually, Failure } from './outcome.js';
import type { Replication } from './replication.js';
import type { StepPairs } from './step-pairs.js';

/** Runs all entries of a step, in ranges and stretches of its own choosing. */
export type Drive = (
  count: number,
  run: (first: number, count: number) => void,
  stretch: (entry: number, begin: number, end: number, gradient?: Float32Array | null) => void,
) => void;

/**
 * What takes part in the steps of an optimizer from outside of it. A step without hooks costs nothing more; their order
 * is `meet`, `aggregate`, `stretchOf` for each entry, then `normOf` if gradients are clipped by norm, then `drive`,
 * `complete`, `constrained`, `after`, and last `leave`.
 */
export interface StepHooks {
  /**
   * Comes once for each step, when everything that this optimizer was given has been found good, or with the error that
   * ended the step before that; then what this throws is thrown in its place, or else the error. A step of no pairs
   * comes here, too. Nothing has been written.
   * @param failure - null for none
   * @param atOnce - whether the step is not asynchronous
   */
  meet?(pairs: StepPairs, failure: Failure | null, atOnce: boolean): Eventually<void>;
  /**
   * The gradients to step by, in place of those that were read: for instance their sums over replicas. The arrays of
   * the caller are not to be written. A promise is waited for where the step is asynchronous, and refused where it is
   * not. The pairs say whether the caller wants gradients to be aggregated.
   */
  aggregate?(pairs: StepPairs, atOnce: boolean): Eventually<readonly StepGradient[]>;
  /** The norm that the gradient of an entry is clipped by, for instance because the entry is a part of a variable. */
  normOf?: ((entry: number) => number) | undefined;
  /**
   * Which elements of an entry the step goes by, from a multiple of 65,536 (`PIECE`) to another or the end; null for all
   * of them, which is all there is where its gradient is sparse.
   */
  stretchOf?: ((entry: number) => Stretch | null) | undefined;
  /**
   * Runs all entries, in ranges of its own choosing: each of them once. Without it there is one range. Not asked where
   * the step leaves the event loop. A bad index in a later range, or a gradient that is to be finite and is not, takes
   * the earlier ones back; whoever throws here for another reason has left them written. An aggregated gradient that is
   * not there before the entry is run must lie in the array that it lay in at the step before, or be a large one: small
   * ones that come in others are copied ahead of this. Or it comes by stretches, each in an array of its own.
   * @param stretch - limits runs to elements [begin, end) of an entry until it is called again for that, or the step
   *   ends: from a multiple of 65,536 (`PIECE`) to another, or to the end. Nothing outside of them is written or looked
   *   at. All stretches of an entry, one after another, have the bits of the whole; but of the norms that `normOf` does
   *   not give, each has its own. There are no stretches of an entry with a sparse gradient. Where `gradient` is given,
   *   its `end - begin` elements are what the stretch is stepped by, so that those of the gradient of the entry are not
   *   read; it must be there until the stretch is run
   */
  drive?: Drive | undefined;
  /** Comes when the step has run: what it wrote may be completed from elsewhere. Whoever throws has left it written. */
  complete?: ((pairs: StepPairs, atOnce: boolean) => Eventually<void>) | undefined;
  /**
   * Comes where variables of the step have constraints, when all of those have been applied, or with the error of one.
   * What this throws, or else that error, ends the step, and all that it wrote gets back the bytes it had.
   */
  constrained?(pairs: StepPairs, failure: Failure | null, atOnce: boolean): Eventually<void>;
  /**
   * Comes when everything is written and nothing is counted yet, and may run code of the user. When it throws, all that
   * the step wrote gets back the bytes it had.
   */
  after?(pairs: StepPairs): void;
  /** Where there are replicas: what they do together with the state. */
  readonly replication?: Replication;
  /** Comes last after every step that met, however it ended. */
  leave?(): void;
  /**
   * Comes when a call is refused, since another is under way off the event loop: of that others cannot know, who may have
   * come to the same call. A call that does not block is rejected with what this rejects with, or else with the error.
   * @param atOnce - whether the call throws the error as soon as this returns
   */
  refused?(call: 'step' | 'build', error: unknown, atOnce: boolean): Eventually<void>;
  /**
   * Comes when slots of variables were made ahead of a first step, or could not be made: then what this throws is thrown
   * in place of that error, or else the error.
   */
  built?(variables: readonly Variable[], failure: Failure | null): void;
}
