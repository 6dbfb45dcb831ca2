import { Strategy } from 'adamax/distribute';
import type { Collective, Exchange } from '#internals';

/** Sums in a tree of fixed shape: (a + b) + (c + d), what is left over from right to left. */
export function treeSum(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const half = 2 ** Math.floor(Math.log2(parts.length - 1));
  const [left, right] = [treeSum(parts.slice(0, half)), treeSum(parts.slice(half))];
  return left.map((x, i) => x + right[i]);
}

interface Posted {
  readonly exchanges: readonly Exchange[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Replicas within one thread, which can exchange off the event loop only. */
export class Board {
  readonly collectives: readonly Collective[];
  /** Of each list of exchanges that met: the kinds. */
  readonly log: string[] = [];
  readonly #queues: Posted[][];
  #lost: Error | null = null;

  constructor(size: number) {
    this.#queues = Array.from({ length: size }, () => []);
    this.collectives = this.#queues.map((queue, rank) => ({
      rank,
      size,
      local: size,
      run: () => {
        throw new Error('in one thread nobody can wait for others');
      },
      runAsync: (exchanges) => {
        return new Promise((resolve, reject) => {
          if (this.#lost !== null) throw this.#lost;
          queue.push({ exchanges, resolve, reject });
          this.#meet();
        });
      },
      abandon: (error) => {
        this.#lost ??= error;
        for (const posted of this.#queues.flatMap((queue) => queue.splice(0))) posted.reject(error);
      },
      close: async () => {},
    }));
  }

  #meet(): void {
    while (this.#queues.every((queue) => queue.length > 0)) {
      const posted = this.#queues.map((queue) => queue.shift() as Posted);
      const kinds = posted.map(({ exchanges }) => exchanges.map(({ kind }) => kind).join(', '));
      if (new Set(kinds).size > 1) throw new Error(`exchanges do not meet: ${kinds.join(' | ')}`);
      this.log.push(kinds[0]);
      posted[0].exchanges.forEach((_, i) => {
        exchange(posted.map(({ exchanges }) => exchanges[i]));
      });
      for (const { resolve } of posted) setImmediate(resolve);
    }
  }
}

/** What each of them has said of one exchange becomes what it is to be. */
function exchange(all: readonly Exchange[]): void {
  const [first] = all;
  if (first.kind === 'gather') {
    const whole = new Uint8Array(first.bytes.length);
    (all as (typeof first)[]).forEach(({ bytes, borders }, rank) => {
      if (bytes.length !== whole.length || borders.join() !== first.borders.join()) throw new Error('gathers differ');
      whole.set(bytes.subarray(borders[rank], borders[rank + 1]), borders[rank]);
    });
    for (const { bytes } of all as (typeof first)[]) bytes.set(whole);
    return;
  }
  const sums = treeSum((all as (typeof first)[]).map(({ from }) => from.slice()));
  all.forEach((own, rank) => {
    if (own.kind === 'gather' || own.to.length !== sums.length) throw new Error('sums differ');
    if (own.kind === 'sum') own.to.set(sums);
    else own.to.set(sums.subarray(own.borders[rank], own.borders[rank + 1]), own.borders[rank]);
  });
}

/** A strategy on any engine. */
export class StrategyOn extends Strategy {
  constructor(collective: Collective, shardState = false) {
    super(collective, shardState);
  }
}

/** The strategies of so many replicas. */
export function replicas(size: number, shardState = false): { board: Board; strategies: StrategyOn[] } {
  const board = new Board(size);
  return { board, strategies: board.collectives.map((collective) => new StrategyOn(collective, shardState)) };
}
