/**
 * Memory twice: a block is a buffer that the package may write, and a shadow with the bytes that it must hold. Views of
 * one buffer have views of one shadow, so what overlaps here overlaps there.
 */

export type BlockKind = 'plain' | 'shared' | 'resizable';

export class Block {
  readonly buffer: ArrayBufferLike;
  readonly shadow: ArrayBuffer;
  readonly kind: BlockKind;
  /** Whether the buffer was transferred away. */
  gone = false;
  readonly #words: Int32Array;
  readonly #expected: Int32Array;
  readonly #bytes: readonly [Uint8Array, Uint8Array];
  /** Bytes that are given out, where pieces lie one behind another. */
  used = 0;

  constructor(bytes: number, kind: BlockKind = 'plain') {
    this.kind = kind;
    const Resizable = ArrayBuffer as unknown as new (n: number, options: { maxByteLength: number }) => ArrayBuffer;
    if (kind === 'shared') this.buffer = new SharedArrayBuffer(bytes);
    else
      this.buffer =
        kind === 'resizable' ? new Resizable(bytes, { maxByteLength: 2 * bytes + 8 }) : new ArrayBuffer(bytes);
    this.shadow = new ArrayBuffer(bytes);
    this.#words = new Int32Array(this.buffer);
    this.#expected = new Int32Array(this.shadow);
    this.#bytes = [new Uint8Array(this.buffer), new Uint8Array(this.shadow)];
  }

  get bytes(): number {
    return this.shadow.byteLength;
  }

  /** Says of the first word that differs where it is and what it holds; NaNs are alike. */
  difference(): string | null {
    // Of many words, the comparison that Node has in C++ is the fastest.
    if (this.gone || (this.#words.length > 64 && Buffer.compare(this.#bytes[0], this.#bytes[1]) === 0)) return null;
    const at = firstDifference(this.#words, this.#expected);
    if (at < 0) {
      // So payloads of NaNs are alike from now on.
      this.#expected.set(this.#words);
      return null;
    }
    const [have, want] = [float(this.#words[at]), float(this.#expected[at])];
    return `float ${at} of ${this.#words.length}: have ${have}, want ${want}`;
  }

  /** Takes the buffer away, as a transfer to a worker does. */
  detach(): void {
    structuredClone(this.buffer, { transfer: [this.buffer as ArrayBuffer] });
    this.gone = true;
  }
}

/** A typed array on a block, and its shadow. */
export interface Piece<T> {
  readonly block: Block;
  /** In bytes. */
  readonly begin: number;
  readonly end: number;
  readonly length: number;
  readonly real: T;
  readonly shadow: T;
}

export type Floats = Piece<Float32Array>;

interface ArrayClass<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, begin: number, length: number): T;
}

/** A view of a block. */
export function piece<T>(ofClass: ArrayClass<T>, block: Block, begin: number, length: number): Piece<T> {
  const end = begin + length * ofClass.BYTES_PER_ELEMENT;
  const real = new ofClass(block.buffer, begin, length);
  return { block, begin, end, length, real, shadow: new ofClass(block.shadow, begin, length) };
}

/** Another view of the same memory. */
export function viewAgain({ block, begin, length }: Floats): Floats {
  return piece(Float32Array, block, begin, length);
}

/** Bytes of a block. */
export interface Region {
  readonly block: Block;
  readonly begin: number;
  readonly end: number;
}

/** Whether two regions are one. */
export function samePlace(a: Region, b: Region): boolean {
  return a.block === b.block && a.begin === b.begin && a.end === b.end;
}

/** Whether two regions share a byte. Memory that has gone shares nothing. */
export function overlap(a: Region, b: Region): boolean {
  return (
    a.block === b.block && !a.block.gone && a.begin < b.end && b.begin < a.end && a.begin < a.end && b.begin < b.end
  );
}

/** Writes the same numbers to the memory and to what it must hold. */
export function write<T extends Float32Array | Int32Array | Uint32Array | BigInt64Array>(to: Piece<T>, from: T): void {
  to.shadow.set(from as never);
  if (!to.block.gone) to.real.set(from as never);
}

const cell = new Float32Array(1);
const bits = new Int32Array(cell.buffer);

function float(word: number): number {
  bits[0] = word;
  return cell[0];
}

const isNaNWord = (word: number) => (word & 0x7fffffff) > 0x7f800000;

/** The first place where two arrays of binary32 words differ, and not by the payload of a NaN alone; or −1. */
export function firstDifference(a: Int32Array, b: Int32Array): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(isNaNWord(a[i]) && isNaNWord(b[i]))) return i;
  return -1;
}
