import { typeError } from '../arguments/errors.js';

/**
 * The order of what replicas do off the event loop: one after another, in the order in which it was asked for. That is
 * the same in all of them where they run the same program, and so their exchanges meet.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();
  #end: (() => void) | null = null;
  #waiting = 0;

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

  /** Throws where a call that blocks comes before all that was asked for is done. @throws TypeError `ERR_ADAMAX_BUSY` */
  check(task: string): void {
    if (this.#waiting === 0) return;
    const expected = `${task} must wait for the promise of what the strategy does off the event loop`;
    throw typeError('ERR_ADAMAX_BUSY', `${expected}: received a call before it settled`);
  }

  end(): void {
    this.#waiting--;
    this.#end?.();
    this.#end = null;
  }
}
