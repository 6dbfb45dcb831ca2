import type { FileBytes } from './backend.js';
import { backend } from './choose-backend.js';
import { DIGEST_LANES } from './digest-blocks.js';

/**
 * Bytes that are to be read from a file into memory, or written from there, while something else is digested: the
 * system moves them on other threads then. It may move only the first of them, or none, where a file ends, where
 * something is wrong or where there are no threads; the caller sees to the rest, and hears of errors there.
 */
export class FileTransfer implements FileBytes {
  readonly fd: number;
  readonly writes: boolean;
  readonly position: number;
  readonly bytes: Uint8Array;
  #moved: number | null = null;

  /** @param bytes - which nobody else may change until `moved` has been asked for */
  constructor(fd: number, writes: boolean, position: number, bytes: Uint8Array) {
    this.fd = fd;
    this.writes = writes;
    this.position = position;
    this.bytes = bytes;
  }

  /** Takes blocks into the lanes of a digest, and moves the bytes meanwhile if they have not been. */
  during(lanes: Uint32Array, words: Uint32Array): void {
    if (this.#moved === null) this.#moved = backend().transfer(lanes, words, this);
    else backend().digest(lanes, words);
  }

  /** How many bytes have been moved, from the first on; moves them first if nothing was digested. */
  get moved(): number {
    if (this.#moved === null) this.during(new Uint32Array(2 * DIGEST_LANES), new Uint32Array(0));
    return this.#moved ?? 0;
  }
}
