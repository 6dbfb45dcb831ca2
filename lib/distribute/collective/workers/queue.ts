import { replicaError, typeError } from '../../../arguments/errors.js';
import type { Collective } from '../collective.js';
import type { Barrier } from './barrier.js';
import { HERE, type Pause, type Phases } from './phases.js';

/** Milliseconds of work off the event loop after which the loop gets a turn. */
const TURN = 1.5;

interface Job {
  readonly phases: Phases;
  /** For whoever waits off the event loop. */
  readonly settle: ((error: unknown) => void) | null;
  isDone: boolean;
}

/** An exchange between processes that is under way off the event loop. */
interface Between {
  readonly promise: Promise<void>;
  isDone: boolean;
}

/**
 * The exchanges of a replica in the order in which they were asked for. Whoever waits drives the first of them on: a
 * call that blocks does so for those off the event loop that came before, too.
 */
export class Queue {
  readonly #barrier: Barrier;
  readonly #rank: number;
  readonly #upper: Collective | null;
  readonly #jobs: Job[] = [];
  /** Whether the first job has arrived at the barrier and waits for the others. */
  #isHere = false;
  #between: Between | null = null;
  #isDriven = false;
  /** Whether a call that blocks is at work, or was until the timeout of a script cut it short, which runs no `finally`. */
  #isBlocking = false;
  /** When the event loop had its last turn, as far as is known. */
  #lastTurn = 0;
  /** After which nothing can be exchanged any more. */
  #error: unknown;
  #closing: Promise<void> | null = null;

  /**
   * @param rank - among the replicas of the launch
   * @param upper - speaks with other processes; only the first replica of each has it
   */
  constructor(barrier: Barrier, rank: number, upper: Collective | null) {
    this.#barrier = barrier;
    this.#rank = rank;
    this.#upper = upper;
  }

  /** Blocks until `phases` are done. */
  run(phases: Phases): void {
    const job = this.#post(phases, null);
    this.#isBlocking = true;
    try {
      while (!job.isDone) {
        if (this.#isHere && !this.#barrier.isOver) this.#barrier.sleep();
        this.#advance(Number.POSITIVE_INFINITY, true);
      }
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#isBlocking = false;
    }
  }

  /** What comes before the first pause is done before this returns, unless others come before. */
  runAsync(phases: Phases): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#post(phases, (error) => (error === undefined ? resolve() : reject(error)));
      if (!this.#isDriven) void this.#drive();
    });
  }

  /** Ends all that is under way, and all that would follow, in this error; the others are told. */
  abandon(error: Error): void {
    this.#fail(error);
  }

  /** Waits until all is done, and tells the others that nothing more will come. A second call does nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Whoever has asked for what is under way is told how it ends.
    if (this.#jobs.length > 0) await this.runAsync(nothing()).catch(() => {});
    this.#barrier.break({ kind: 'closed', rank: this.#rank });
  }

  #post(phases: Phases, settle: Job['settle']): Job {
    if (this.#error !== undefined) throw this.#error;
    if (this.#isBlocking) throw this.#fail(cutShort());
    if (this.#closing !== null) {
      throw typeError('ERR_ADAMAX_STATE', 'replicas must exchange before they close: received a call after close()');
    }
    const job: Job = { phases, settle, isDone: false };
    this.#jobs.push(job);
    return job;
  }

  async #drive(): Promise<void> {
    this.#isDriven = true;
    try {
      while (!this.#advance(Math.max(performance.now(), this.#lastTurn + TURN), false)) await this.#turn();
    } catch (error) {
      this.#fail(error);
    }
    this.#isDriven = false;
  }

  /** Waits for what the first job waits for; if for nothing, the event loop has a turn. */
  async #turn(): Promise<void> {
    if (this.#between?.isDone === false) await this.#between.promise;
    else if (!this.#isHere || !(await this.#barrier.change())) await new Promise((resolve) => setImmediate(resolve));
    this.#lastTurn = performance.now();
  }

  /**
   * Goes on until all jobs are done, or the first has to wait, or the time is over. Returns whether all are done.
   * @param isBlocking - whether exchanges between processes block, too
   */
  #advance(until: number, isBlocking: boolean): boolean {
    while (this.#jobs.length > 0 && this.#goesOn(isBlocking)) {
      const job = this.#jobs[0];
      const { done, value } = job.phases.next();
      if (done) {
        this.#jobs.shift();
        job.isDone = true;
        job.settle?.(undefined);
      } else {
        this.#pause(value, isBlocking);
        if (performance.now() >= until) break;
      }
    }
    return this.#jobs.length === 0;
  }

  #goesOn(isBlocking: boolean): boolean {
    if (this.#between !== null) {
      // Exchanges are done in order, so that one of nothing is done when those before are.
      if (!this.#between.isDone && isBlocking) this.#upper?.run([]);
      else if (!this.#between.isDone) return false;
      this.#between = null;
    }
    if (this.#isHere && !this.#barrier.pass()) return false;
    this.#isHere = false;
    return true;
  }

  #pause(pause: Pause, isBlocking: boolean): void {
    if (pause === HERE) {
      this.#isHere = true;
      this.#barrier.arrive();
    } else if (isBlocking) {
      this.#upper?.run(pause);
    } else {
      const between: Between = { promise: this.#upper?.runAsync(pause) ?? Promise.resolve(), isDone: false };
      this.#between = between;
      const done = () => {
        between.isDone = true;
      };
      // A failure is met by whoever waits.
      between.promise.then(done, () => {});
    }
  }

  /** Ends all that is under way; the others are told. Returns the error that all later calls end in. */
  #fail(error: unknown): unknown {
    this.#error ??= error;
    this.#barrier.break({ kind: 'threw', rank: this.#rank });
    this.#isHere = false;
    this.#between = null;
    for (const job of this.#jobs.splice(0)) {
      job.isDone = true;
      job.settle?.(this.#error);
    }
    return this.#error;
  }
}

function* nothing(): Phases {}

/** The caller of that exchange does not go on where it is done now, though the others do. */
function cutShort(): Error {
  const must = 'every replica must take part in each exchange';
  return replicaError(`${must}: received a call after one that the timeout of a script had cut short`);
}
