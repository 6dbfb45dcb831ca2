import { Digest } from '../backend/digest.js';
import type { FileTensor } from '../checkpoint/format/header.js';
import { readTensor } from '../checkpoint/pieces.js';
import { damageOf, type OpenState } from '../checkpoint/read.js';
import type { Work } from '../files/eventually.js';

/** Digests of the tensors of a file, which may be read in any order: each from its beginning to its end. */
export class Digests {
  readonly #state: OpenState;
  readonly #begun = new Map<string, Digest>();

  constructor(state: OpenState) {
    this.#state = state;
  }

  /** @param part - the next one of the tensor */
  add({ key }: FileTensor, part: Uint8Array): void {
    if (this.#state.said.hash === null) return;
    const digest = this.#begun.get(key) ?? new Digest();
    this.#begun.set(key, digest.update(part));
  }

  /**
   * Reads the tensors that nobody has read so far.
   * @param stage - takes a piece
   * @returns why the file is not what was written; null where it is, or nothing tells
   */
  *damage(stage: Uint8Array): Work<Error | null> {
    if (this.#state.said.hash === null) return null;
    const { tensors } = this.#state.header;
    for (const tensor of tensors) {
      if (!this.#begun.has(tensor.key))
        yield* readTensor(this.#state, tensor, stage, (piece) => this.add(tensor, piece));
    }
    return damageOf(
      this.#state,
      tensors.map(({ key }) => (this.#begun.get(key) ?? new Digest()).hex()),
    );
  }
}
