/** How replicas talk to each other: what an engine must be able to do, whatever carries the bytes. */

/**
 * Which part of an array each replica has: replica r has the elements from `borders[r]` up to `borders[r + 1]`. There
 * are `size + 1` borders, which never decrease; the first is 0, and the last is the length of the array.
 */
export type Borders = readonly number[];

/**
 * One exchange between all replicas. Each of them says the same of it, but for the contents of the arrays; whether that
 * is so was agreed before. Arrays may lie on shared memory, and stay untouched by others until the exchange is done.
 */
export type Exchange =
  /** Each replica has filled its part of `bytes`; afterwards all parts are there, in every replica. */
  | { readonly kind: 'gather'; readonly bytes: Uint8Array; readonly borders: Borders }
  /**
   * `to` gets the sum of all replicas' `from`, in the order of `pairwise` (pairwise.ts). The two have the same length;
   * they are the same array, or apart.
   */
  | { readonly kind: 'sum'; readonly from: Float32Array; readonly to: Float32Array }
  /** As 'sum', but each replica gets its own part of `to` only; the rest of `to` keeps what it holds. */
  | { readonly kind: 'sum parts'; readonly from: Float32Array; readonly to: Float32Array; readonly borders: Borders };

/**
 * All replicas of a training. The order of exchanges must be the same in all of them; within one replica they are done
 * in the order in which they were asked for, at once or not.
 */
export interface Collective {
  /** This replica: 0 for the first. */
  readonly rank: number;
  readonly size: number;
  /** How many of the replicas share the cores of this machine, this one included. */
  readonly local: number;
  /**
   * Does exchanges one after another, and returns when all are done. It blocks the thread, but never for longer than
   * the time limit.
   * @throws Error `ERR_ADAMAX_REPLICA` where a replica is lost or silent; nothing more can be exchanged then
   */
  run(exchanges: readonly Exchange[]): void;
  /** The same off the event loop: exchanges are posted together before it returns, so that no others come between. */
  runAsync(exchanges: readonly Exchange[]): Promise<void>;
  /**
   * Says that this replica cannot take part in what the others wait for, since something failed here once all had agreed
   * to do it. Whatever it exchanges from then on ends in this error; the others are told where the engine can tell them,
   * and else wait for as long as the time limit.
   */
  abandon(error: Error): void;
  /** Leaves, when nothing is under way any more: the others must do so, too. A second call does nothing. */
  close(): Promise<void>;
}
