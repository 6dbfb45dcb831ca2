import { typeError } from '../arguments/errors.js';

/**
 * Whose turn it is: what an optimizer is busy with. A call that would step, or touch the state, while another call is at
 * work is refused, whether it comes from code of the user that the first one runs, or while a step is off the event
 * loop.
 */
export class Turn {
  #holder: string | null = null;
  #away = false;

  /** @throws TypeError `ERR_ADAMAX_BUSY` */
  check(method: string): void {
    if (this.#holder === null) return;
    const message = this.#away
      ? `${method} must wait for the promise of ${this.#holder}: received a call before it settled`
      : `${method} must not be called by code that ${this.#holder} runs: received a call before it returned`;
    throw typeError('ERR_ADAMAX_BUSY', message);
  }

  /** Begins the turn of a call. @throws TypeError `ERR_ADAMAX_BUSY` */
  take(method: string): void {
    if (this.#holder !== null) this.check(method);
    this.#holder = method;
  }

  /** The call at work returns a promise, and goes on when it has returned. */
  goAway(): void {
    this.#away = true;
  }

  end(): void {
    this.#holder = null;
    this.#away = false;
  }

  /** Runs a body in a turn of its own. @throws TypeError `ERR_ADAMAX_BUSY` */
  during<T>(method: string, body: () => T): T {
    this.take(method);
    try {
      return body();
    } finally {
      this.end();
    }
  }
}
