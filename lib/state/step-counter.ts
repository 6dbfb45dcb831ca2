import { detached } from '../arguments/arrays.js';
import { wrongValue } from '../arguments/errors.js';
import type { Domain } from '../arguments/ranges.js';
import { isLittleEndian } from '../memory/byte-order.js';
import { isDetached, wordsOf } from '../memory/typed-arrays.js';
import { memoryOf, restrict, timesChanged, type Variable } from '../variables/variable.js';

/** Where the low half of a 64-bit integer lies. */
const LOW = isLittleEndian ? 0 : 1;
const HIGH = 1 - LOW;
const HALF = 2 ** 32;

const { floor } = Math;

/** A number counts no further, whatever the 64 bits could hold. */
const MOST = 2 ** 53 - 1;
const isCountable = (x: number) => x >= 0 && x < MOST;

/** Numbers of steps that another can follow. */
export const countable: Domain = { text: 'a number of steps in [0, 2⁵³ − 1)', contains: isCountable };

/** Reads and counts up an int64 variable without making a BigInt, which would cost more than a small step itself. */
export class StepCounter {
  readonly variable: Variable<BigInt64Array>;
  /** Where the variable lay when `VariableStates.follow` last asked. */
  data: BigInt64Array;
  #words: Int32Array;
  #changed: number;

  constructor(variable: Variable<BigInt64Array>) {
    this.variable = variable;
    this.data = memoryOf(variable);
    this.#words = halvesOf(this.data);
    this.#changed = timesChanged();
    restrict(variable, countable);
  }

  /**
   * How many steps there are, from which another can be counted.
   * @throws TypeError `ERR_ADAMAX_DETACHED`; RangeError `ERR_ADAMAX_ARG_VALUE` for what no number of steps is
   */
  get(): number {
    if (this.#changed !== timesChanged()) {
      this.#words = halvesOf(memoryOf(this.variable));
      this.#changed = timesChanged();
    }
    const low = this.#words[LOW];
    if (low === undefined) throw detached('iterations', memoryOf(this.variable));
    const count = this.#words[HIGH] * HALF + (low >>> 0);
    if (!isCountable(count)) throw wrongValue('iterations', countable.text, memoryOf(this.variable)[0]);
    return count;
  }

  /**
   * Never throws, and runs nothing that anybody could have replaced: a step is counted between its last check and its
   * run.
   */
  set(count: number): void {
    const words = this.#words;
    words[LOW] = count;
    words[HIGH] = floor(count / HALF);
  }

  /** Counts one step more, and returns how many there are. @throws TypeError `ERR_ADAMAX_DETACHED` */
  increment(): number {
    const count = this.get() + 1;
    this.set(count);
    return count;
  }
}

function halvesOf(data: BigInt64Array): Int32Array {
  if (isDetached(data)) throw detached('iterations', data);
  return wordsOf(data);
}
