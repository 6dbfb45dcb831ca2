import { CONTROL } from './control.js';
import { errorOf, type Loss, lossOf, wordOf } from './loss.js';

/**
 * How often a replica looks whether the others have come before it sleeps: some microseconds. To be woken takes ten
 * times as long as a round that all come to at the same time.
 */
const LOOKS = 2000;
/** Where replicas outnumber the cores, who looks keeps the others from coming. */
const FEW_LOOKS = 50;

/** The longest that Node's timers can wait, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

// Declared here, since it belongs to a later standard than the one that this package is compiled for.
type WaitAsync = (
  words: Int32Array,
  index: number,
  value: number,
) => { readonly async: false } | { readonly async: true; readonly value: Promise<string> };
const { waitAsync } = Atomics as unknown as { waitAsync: WaitAsync };

/**
 * Where replicas wait for each other. A round is over for all of them at once, when the last has arrived; or else it is
 * never over, for none, since whoever breaks the barrier and whoever arrives last change the same word.
 */
export class Barrier {
  /** The rank of the first replica here among those of all processes: for messages. */
  first = 0;
  /** Milliseconds that a round may take. */
  limit: number;

  readonly #words: Int32Array;
  readonly #rank: number;
  readonly #size: number;
  readonly #looks: number;
  /** The word of the round in which this replica has arrived, or will. */
  #round = 0;
  /** When this replica began to wait in this round; undefined before. */
  #since: number | undefined;

  constructor(words: Int32Array, rank: number, size: number, limit: number) {
    this.#words = words;
    this.#rank = rank;
    this.#size = size;
    this.limit = limit;
    const { availableParallelism } = process.getBuiltinModule('node:os');
    this.#looks = size <= availableParallelism() ? LOOKS : FEW_LOOKS;
  }

  /** Says that this replica has come; it may go on when `pass` says so. */
  arrive(): void {
    const words = this.#words;
    const round = this.#round;
    Atomics.add(words, CONTROL.roundsOf(this.#rank), 1);
    if (Atomics.add(words, CONTROL.arrived, 1) !== this.#size - 1) return;
    Atomics.store(words, CONTROL.arrived, 0);
    Atomics.compareExchange(words, CONTROL.round, round, (round + 2) | 0);
    Atomics.notify(words, CONTROL.round);
  }

  /** Whether the round is over, in one way or the other. */
  get isOver(): boolean {
    const round = this.#round;
    let word = Atomics.load(this.#words, CONTROL.round);
    for (let looks = this.#looks; word === round && looks > 0; looks--) word = Atomics.load(this.#words, CONTROL.round);
    return word !== round;
  }

  /**
   * Goes on to the next round, where this one is over; returns whether it is.
   * @throws Error `ERR_ADAMAX_REPLICA` where it never will be
   */
  pass(): boolean {
    if (!this.isOver) return false;
    const round = this.#round;
    if (Atomics.load(this.#words, CONTROL.round) === (round | 1)) throw errorOf(this.loss as Loss, this.first);
    this.#round = (round + 2) | 0;
    this.#since = undefined;
    return true;
  }

  /** Sleeps until something has changed. */
  sleep(): void {
    Atomics.wait(this.#words, CONTROL.round, this.#round, this.#left());
    this.#checkLimit();
  }

  /** The same off the event loop, which goes on as long as this waits. Returns whether it has waited. */
  async change(): Promise<boolean> {
    const left = Math.min(this.#left(), LONGEST);
    const waiting = waitAsync(this.#words, CONTROL.round, this.#round);
    if (!waiting.async) return false;
    // What waits for shared memory does not keep a thread from ending, but a timer does.
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<unknown>((resolve) => {
      timer = setTimeout(resolve, left);
      waiting.value.then(resolve);
    });
    clearTimeout(timer);
    this.#checkLimit();
    return true;
  }

  /** Ends this round and all that would follow. The first reason counts. */
  break(loss: Loss): void {
    const words = this.#words;
    Atomics.compareExchange(words, CONTROL.loss, 0, wordOf(loss));
    Atomics.or(words, CONTROL.round, 1);
    Atomics.notify(words, CONTROL.round);
  }

  /** Why the barrier is broken; undefined where it is not. */
  get loss(): Loss | undefined {
    return lossOf(Atomics.load(this.#words, CONTROL.loss));
  }

  #left(): number {
    const now = performance.now();
    this.#since ??= now;
    return Math.max(0, this.#since + this.limit - now);
  }

  #checkLimit(): void {
    const isWaiting = Atomics.load(this.#words, CONTROL.round) === this.#round;
    if (isWaiting && this.#left() === 0) this.break({ kind: 'silent', rank: this.#silent() });
  }

  /** The first replica that has not come to this round. */
  #silent(): number {
    const roundsOf = (rank: number) => Atomics.load(this.#words, CONTROL.roundsOf(rank));
    const mine = roundsOf(this.#rank);
    for (let rank = 0; rank < this.#size; rank++) if (roundsOf(rank) !== mine) return rank;
    return this.#rank;
  }
}
