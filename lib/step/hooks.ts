import type { StepGradient } from '../variables/gradient.js';
import type { StepPairs } from './step-pairs.js';

/**
 * What takes part in the steps of an optimizer from outside of it. A step without hooks costs nothing more; their order
 * is `aggregate`, then `normOf` for each entry if gradients are clipped by norm, then `drive`, then `after`.
 */
export interface StepHooks {
  /**
   * The gradients to step by, in place of those that were read: for instance their sums over replicas. The arrays of
   * the caller are not to be written. A promise is waited for where the step is asynchronous, and refused where it is
   * not.
   */
  aggregate?(pairs: StepPairs): readonly StepGradient[] | Promise<readonly StepGradient[]>;
  /** The norm that the gradient of an entry is clipped by, for instance because the entry is a part of a variable. */
  normOf?(entry: number): number;
  /**
   * Runs all entries, in ranges of its own choosing: each of them once. Without it there is one range. Not asked where
   * the step leaves the event loop. A bad index in a later range, or a gradient that is to be finite and is not, takes
   * the earlier ones back; whoever throws here for another reason has left them written.
   */
  drive?(count: number, run: (first: number, count: number) => void): void;
  /**
   * Comes when everything is written and nothing is counted yet, and may run code of the user. When it throws, all that
   * the step wrote gets back the bytes it had.
   */
  after?(pairs: StepPairs): void;
}
