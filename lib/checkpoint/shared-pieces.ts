import { type Work, wait } from '../files/eventually.js';
import type { Failure } from '../step/outcome.js';
import type { PictureTensor } from './content/picture.js';
import type { Shard } from './content/shard.js';
import { WIDTHS } from './format/dtype.js';
import { readPiece } from './format/piece.js';
import type { HeldMemory } from './held-memory.js';

/** What is read of a tensor. */
export type SharedTensor = Pick<PictureTensor, 'canonical' | 'dtype' | 'elements' | 'array' | 'shard'>;

interface Sharded {
  readonly tensor: SharedTensor;
  readonly shard: Shard;
  readonly bytes: number;
}

/** How a piece could not be filled by this replica, or not be completed by the others. */
interface Outcome {
  readonly unread: Failure | null;
}

/**
 * The slots of which each replica keeps a part, piece by piece: every replica goes through all of them in one order, fills
 * in what it has of a piece, and gets the rest from the others. Whoever fails must go on until the last piece, since the
 * others wait for it.
 */
export class SharedPieces {
  readonly #sharded: readonly Sharded[];
  readonly #most: number;
  readonly #atOnce: boolean;
  readonly #held: HeldMemory | null;
  /** The tensor whose turn it is, and how many bytes of it are done. */
  #next = 0;
  #done = 0;
  #isLost = false;
  #isSettled = false;

  /**
   * @param tensors - those that are whole here are passed over
   * @param most - bytes of a piece, but for the last one of a tensor
   * @param held - where the numbers are, if that may change
   */
  constructor(tensors: readonly SharedTensor[], most: number, atOnce: boolean, held: HeldMemory | null) {
    this.#sharded = tensors.flatMap((tensor) => {
      const { shard, elements, dtype } = tensor;
      return shard === null ? [] : [{ tensor, shard, bytes: elements * WIDTHS[dtype] }];
    });
    this.#most = most;
    this.#atOnce = atOnce;
    this.#held = held;
  }

  /** Fills the next piece, which must have the bytes that are due. @throws as `readPiece`, and what an exchange throws */
  *fill(piece: Uint8Array): Work<void> {
    const { unread } = yield* this.#fill(piece);
    if (unread !== null) throw unread.error;
  }

  /**
   * Goes on to the end, and lets all know whether everything was good. A second call does nothing.
   * @param failure - what has gone wrong here so far
   * @throws Error `ERR_ADAMAX_REPLICA` in all replicas, where one has failed
   */
  *settle(task: string, failure: Failure | null): Work<void> {
    if (this.#isSettled || this.#sharded.length === 0) return;
    this.#isSettled = true;
    let first = failure;
    const scratch = new Uint8Array(Math.min(this.#most, Math.max(...this.#sharded.map(({ bytes }) => bytes))));
    while (this.#next < this.#sharded.length && !this.#isLost) {
      const { unread } = yield* this.#fill(scratch.subarray(0, this.#due));
      first ??= unread;
    }
    if (this.#isLost) return;
    const { replication } = this.#sharded[0].shard;
    yield* wait(replication.conclude(task, '', first, this.#atOnce));
  }

  /** Bytes of the piece whose turn it is. */
  get #due(): number {
    return Math.min(this.#most, this.#sharded[this.#next].bytes - this.#done);
  }

  *#fill(piece: Uint8Array): Work<Outcome> {
    const { tensor, shard, bytes } = this.#sharded[this.#next];
    const width = WIDTHS[tensor.dtype];
    const first = this.#done / width;
    const unread = this.#readOwn(this.#sharded[this.#next], piece);
    this.#done += piece.length;
    try {
      yield* wait(shard.replication.complete(shard.owner, first, width, piece, this.#atOnce));
    } catch (error) {
      this.#isLost = true;
      throw error;
    }
    if (this.#done === bytes) {
      this.#held?.drop(tensor as PictureTensor);
      this.#next++;
      this.#done = 0;
    }
    return { unread };
  }

  #readOwn({ tensor, shard }: Sharded, piece: Uint8Array): Failure | null {
    const { canonical, dtype, elements } = tensor;
    const width = WIDTHS[dtype];
    const begin = Math.max(0, shard.begin * width - this.#done);
    const end = Math.min(piece.length, shard.end * width - this.#done);
    if (begin >= end) return null;
    try {
      const array = this.#held?.arrayOf(tensor as PictureTensor) ?? tensor.array;
      readPiece(canonical, array, elements, this.#done + begin, piece.subarray(begin, end));
      return null;
    } catch (error) {
      return { error };
    }
  }
}
