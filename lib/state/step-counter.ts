import { detached } from '../arguments/arrays.js';
import { bufferOf, byteOffsetOf } from '../memory/typed-arrays.js';
import { memoryOf, type Variable } from '../variables/variable.js';

/** Where the low half of a 64-bit integer lies: 0 on little-endian machines. */
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;
const HALF = 2 ** 32;

/** Reads and counts up an int64 variable without making a BigInt, which would cost more than a small step itself. */
export class StepCounter {
  readonly variable: Variable<BigInt64Array>;
  #data: BigInt64Array;
  #words: Int32Array;

  constructor(variable: Variable<BigInt64Array>) {
    this.variable = variable;
    this.#data = memoryOf(variable);
    this.#words = wordsOf(this.#data);
  }

  /** @throws TypeError `ERR_ADAMAX_DETACHED` */
  get(): number {
    const data = memoryOf(this.variable);
    if (data !== this.#data) {
      this.#data = data;
      this.#words = wordsOf(data);
    }
    const low = this.#words[LOW];
    if (low === undefined) throw detached('iterations', data);
    return this.#words[HIGH] * HALF + (low >>> 0);
  }

  /** @throws TypeError `ERR_ADAMAX_DETACHED` */
  increment(): void {
    this.get();
    const words = this.#words;
    words[LOW]++;
    if (words[LOW] === 0) words[HIGH]++;
  }
}

function wordsOf(data: BigInt64Array): Int32Array {
  return new Int32Array(bufferOf(data), byteOffsetOf(data), 2);
}
