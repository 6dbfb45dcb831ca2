import { typeError } from '../arguments/errors.js';

/**
 * The order of what replicas do off the event loop: one after another, in the order in which it was asked for. That is
 * the same in all of them where they run the same program, and so their exchanges meet.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #end: (() => void) | null = null;
  #waiting = 0;
  /** What has all exchanges to itself, and may run code of the user between them. */
  #holder: string | null = null;

  /** Waits until all that was asked for before is done. The turn ends by `end`. */
  async take(): Promise<void> {
    const before = this.#last;
    let end = (): void => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    this.#waiting++;
    await before;
    this.#end = end;
  }

  /** Whether something is under way off the event loop, and nothing has all exchanges to itself. */
  get isUnderWay(): boolean {
    return this.#waiting > 0 && this.#holder === null;
  }

  /**
   * Throws where a call that blocks comes before all that was asked for is done, or from within another.
   * @throws TypeError `ERR_ADAMAX_BUSY`
   */
  check(task: string): void {
    if (this.#holder !== null) {
      const expected = `${task} must not be called by code that ${this.#holder} runs`;
      throw typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it returned`);
    }
    if (this.#waiting === 0) return;
    const expected = `${task} must wait for the promise of what the strategy does off the event loop`;
    throw typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it settled`);
  }

  /** Refuses calls that block until `release`. @throws TypeError `ERR_ADAMAX_BUSY` */
  hold(task: string): void {
    this.check(task);
    this.#holder = task;
  }

  release(): void {
    this.#holder = null;
  }

  end(): void {
    this.#waiting--;
    this.#end?.();
    this.#end = null;
  }
}
