import { isLittleEndian } from '../memory/byte-order.js';
import { backend } from './choose-backend.js';
import { DIGEST_LANES } from './digest-blocks.js';
import type { FileTransfer } from './file-transfer.js';

/** Bytes of a block. */
const BLOCK = 4 * DIGEST_LANES;
/** Small, since each tensor has a digest of its own. */
const SCRATCH = 8 * BLOCK;
/** Where the mixing of each word of the result begins, and its multiplier: the primes of xxHash32 (Collet). */
const WORDS = [
  [0x9e3779b1, 0xc2b2ae3d],
  [0x85ebca77, 0x27d4eb2f],
  [0xc2b2ae3d, 0x165667b1],
  [0x27d4eb2f, 0x9e3779b1],
] as const;

const { imul } = Math;

/**
 * 128 bits of any bytes, which are equal on every machine. Whole blocks go to the lanes of digest-blocks.ts; zeros fill
 * up the last one, and the number of bytes is mixed in at the end.
 */
export class Digest {
  readonly #lanes = Uint32Array.from({ length: 2 * DIGEST_LANES }, (_, lane) => imul(lane + 1, 0x9e3779b9));
  /** Bytes that are no whole block so far, or do not lie where words may. */
  readonly #scratch = new Uint8Array(SCRATCH);
  #used = 0;
  #length = 0;

  /**
   * @param bytes - little-endian, cut anywhere
   * @param meanwhile - is moved while the longest part of the bytes is taken
   */
  update(bytes: Uint8Array, meanwhile: FileTransfer | null = null): this {
    this.#length += bytes.length;
    // Where a piece begins in the midst of a block, that is filled up, so that all behind it is taken where it lies.
    const first = (BLOCK - (this.#used % BLOCK)) % BLOCK;
    const blocks = Math.floor(Math.max(0, bytes.length - first) / BLOCK);
    const isStraight = isLittleEndian && blocks > 0 && (bytes.byteOffset + first) % 4 === 0;
    const end = isStraight ? first + blocks * BLOCK : 0;
    if (isStraight) {
      this.#gather(bytes.subarray(0, first));
      this.#flush();
      this.#take(bytes.subarray(first, end), meanwhile);
    }
    this.#gather(bytes.subarray(end));
    return this;
  }

  /** 32 hexadecimal digits. Nothing may be added afterwards. */
  hex(): string {
    this.#flush();
    return WORDS.map(([begin, multiplier]) => {
      let h: number = begin;
      for (const word of [...this.#lanes, this.#length >>> 0, Math.floor(this.#length / 2 ** 32)]) {
        h = imul(h ^ word, multiplier);
        h ^= h >>> 15;
      }
      h = imul(h ^ (h >>> 16), 0x85ebca6b);
      h = imul(h ^ (h >>> 13), 0xc2b2ae35);
      return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0');
    }).join('');
  }

  #gather(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, SCRATCH - this.#used);
      this.#scratch.set(part, this.#used);
      this.#used += part.length;
      rest = rest.subarray(part.length);
      if (this.#used === SCRATCH) this.#flush();
    }
  }

  #flush(): void {
    if (this.#used === 0) return;
    const end = Math.ceil(this.#used / BLOCK) * BLOCK;
    const blocks = this.#scratch.subarray(0, end);
    blocks.fill(0, this.#used);
    if (!isLittleEndian) Buffer.from(blocks.buffer, 0, end).swap32();
    this.#take(blocks);
    this.#used = 0;
  }

  #take(blocks: Uint8Array, meanwhile: FileTransfer | null = null): void {
    if (blocks.length === 0) return;
    const words = new Uint32Array(blocks.buffer, blocks.byteOffset, blocks.length / 4);
    if (meanwhile === null) backend().digest(this.#lanes, words);
    else meanwhile.during(this.#lanes, words);
  }
}

export function digestOfText(text: string): string {
  return new Digest().update(new TextEncoder().encode(text)).hex();
}
