import { detached } from '../arguments/arrays.js';
import type { Variable } from '../variables/variable.js';

/** Where the low half of a 64-bit integer lies: 0 on little-endian machines. */
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
const HALF = 2 ** 32;

/** Reads and counts up an int64 variable without making a BigInt, which would cost more than a small step itself. */
export class StepCounter {
  readonly variable: Variable<BigInt64Array>;
  readonly #words: Int32Array;

  constructor(variable: Variable<BigInt64Array>) {
    const { buffer, byteOffset } = variable.data;
    this.variable = variable;
    this.#words = new Int32Array(buffer, byteOffset, 2);
  }

  get(): number {
    const low = this.#words[LOW];
    if (low === undefined) throw detached('iterations', this.variable.data);
    return this.#words[HIGH] * HALF + (low >>> 0);
  }

  increment(): void {
    const words = this.#words;
    words[LOW]++;
    if (words[LOW] === 0) words[HIGH]++;
  }
}
