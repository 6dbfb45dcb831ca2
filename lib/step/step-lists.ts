import type { Backend } from '../backend/backend.js';
import { backend } from '../backend/choose-backend.js';
import type { PairLabels } from './pair-labels.js';
import { StepList } from './step-list.js';
import type { StepSource } from './step-source.js';

/** The lists of an optimizer's steps: each backend that there were steps on has one of its own. */
export class StepLists {
  readonly #source: StepSource;
  readonly #labels: PairLabels;
  /** The list on the backend of the last step, and the one on the other backend, if there were steps on it. */
  #list: StepList | null = null;
  #otherList: StepList | null = null;

  /** @param labels - what messages call what is stepped */
  constructor(source: StepSource, labels: PairLabels) {
    this.#source = source;
    this.#labels = labels;
  }

  /** The list of the last step; null before the first. */
  get last(): StepList | null {
    return this.#list;
  }

  /** The list on the backend that is in force, which is that of the last step from now on. */
  current(): StepList {
    const current = backend();
    return this.#list?.backend === current ? this.#list : this.#otherBackend(current);
  }

  #otherBackend(current: Backend): StepList {
    // What the pairs say of the last step is not of this list's last step, and its arrays are not to be held.
    this.#list?.reset();
    const { rule, states, guard } = this.#source;
    const list = this.#otherList ?? new StepList(current, rule, states, guard, this.#labels);
    this.#otherList = this.#list;
    this.#list = list;
    return list;
  }

  /**
   * Counts the step that was being counted if it was taken, and not if it was not.
   * @returns whether there was one, and it was taken
   */
  settle(): boolean {
    const isTaken = this.#list?.settle() === true;
    this.#otherList?.settle();
    return isTaken;
  }

  /** Forgets what is known, so that everything is checked and bound again. */
  reset(): void {
    this.#list?.reset();
    this.#otherList?.reset();
  }
}
