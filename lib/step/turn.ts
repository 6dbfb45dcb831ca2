import { typeError } from '../arguments/errors.js';
import type { MemoryInUse } from '../memory/in-use.js';

/** A name on the stack while a call has its turn and may run code of the user. No minifier changes a string. */
export const INSIDE = 'has its turn in adamax';

const ErrorClass = Error;
const { captureStackTrace } = ErrorClass;

/**
 * Whose turn it is: what an optimizer is busy with. A call that would step, or touch the state, while another call is
 * at work is refused, whether it comes from code of the user that the first one runs, or while a step is off the event
 * loop.
 */
export class Turn {
  #holder: string | null = null;
  #away = false;
  readonly #recover: () => void;

  /** @param recover - forgets what a call knew that was cut short; see `check` */
  constructor(recover: () => void) {
    this.#recover = recover;
  }

  /** The method that has its turn. */
  get holder(): string | null {
    return this.#holder;
  }

  /** Whether the call at work returns a promise, which has not settled. */
  get isAway(): boolean {
    return this.#away;
  }

  /** Whether code that a call at work runs is asking. */
  get isInside(): boolean {
    return this.#holder !== null && !this.#away && isOnStack();
  }

  /**
   * Refuses a call while another one has its turn. A call that was cut short by the timeout of `node:vm`, which runs no
   * `finally`, has no turn any more: nothing of it is on the stack.
   * @throws TypeError `ERR_ADAMAX_BUSY`
   */
  check(method: string): void {
    if (this.#holder === null) return;
    if (this.#away) {
      const message = `${method} must wait for the promise of ${this.#holder}: received a call before it settled`;
      throw typeError('ERR_ADAMAX_BUSY', message);
    }
    if (isOnStack()) {
      const message = `${method} must not be called by code that ${this.#holder} runs: received a call before it returned`;
      throw typeError('ERR_ADAMAX_BUSY', message);
    }
    this.#mend();
  }

  /** Sees to what a call has left that was cut short; does nothing while a call is at work. */
  settle(): void {
    if (this.#holder !== null && !this.#away && !isOnStack()) this.#mend();
  }

  #mend(): void {
    // In this order: a recovery may be cut short as well, and is then due again.
    this.#recover();
    this.end();
  }

  /** Begins the turn of a call. @throws TypeError `ERR_ADAMAX_BUSY` */
  take(method: string): void {
    if (this.#holder !== null) this.check(method);
    this.#holder = method;
  }

  /**
   * Says that the call at work returns a promise, and goes on when it has returned.
   * @param inUse - memory whose use it will end then; a timeout strikes where functions are called, and so not between
   *   the two
   */
  goAway(inUse?: MemoryInUse): void {
    this.#away = true;
    if (inUse !== undefined) inUse.hasEnd = true;
  }

  end(): void {
    this.#holder = null;
    this.#away = false;
  }

  /** Runs a body in a turn of its own. @throws TypeError `ERR_ADAMAX_BUSY` */
  during<T>(method: string, body: () => T): T {
    this.take(method);
    try {
      return this[INSIDE](body);
    } finally {
      this.end();
    }
  }

  [INSIDE]<T>(body: () => T): T {
    return body();
  }
}

/** Whether a call that has its turn is on the stack. Where the stack cannot be seen whole, the answer is yes. */
function isOnStack(): boolean {
  try {
    const stack = wholeStack();
    return stack === undefined || stack.includes(INSIDE);
  } catch {
    // `Error` may be frozen, or its properties may be anybody's accessors.
    return true;
  }
}

function wholeStack(): string | undefined {
  const limit = ErrorClass.stackTraceLimit;
  const prepare = ErrorClass.prepareStackTrace;
  try {
    ErrorClass.stackTraceLimit = Infinity;
    // biome-ignore lint/suspicious/noExplicitAny: the typings have no word for none
    ErrorClass.prepareStackTrace = undefined as any;
    const trace: { stack?: unknown } = {};
    captureStackTrace(trace);
    const isWhole = ErrorClass.stackTraceLimit === Infinity && typeof trace.stack === 'string';
    return isWhole ? (trace.stack as string) : undefined;
  } finally {
    ErrorClass.stackTraceLimit = limit;
    ErrorClass.prepareStackTrace = prepare;
  }
}
