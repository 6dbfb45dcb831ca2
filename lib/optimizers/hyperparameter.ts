import { isClass } from '../arguments/describe.js';
import { wrongType, wrongValue } from '../arguments/errors.js';
import { checkNumber, type Domain } from '../arguments/ranges.js';
import { isVariable, type Variable } from '../variables/variable.js';

/**
 * A hyperparameter as a user may give it: a number, a function of the number of finished steps that is asked once a
 * step, or a scalar variable that is read once a step.
 */
export type HyperValue = number | ((step: number) => number) | Variable;

/** What messages call that. */
export const HYPER_VALUES = 'a number, a function of the number of steps or a scalar Variable';

/** Whoever counts the finished steps, which only a function is told. */
export interface Counting {
  readonly iterations: Variable<BigInt64Array>;
}

/** A named, validated hyperparameter that can change between steps. */
export class Hyperparameter {
  readonly #name: string;
  readonly #domain: Domain;
  readonly #kinds: string;
  #value: HyperValue = 0;

  /** @param kinds - what messages say it may be */
  constructor(name: string, domain: Domain, value: unknown, kinds = HYPER_VALUES) {
    this.#name = name;
    this.#domain = domain;
    this.#kinds = kinds;
    this.#value = this.#check(value);
  }

  /** What the user gave. */
  get(): HyperValue {
    return this.#value;
  }

  /** A number for a variable is written into that variable, as Keras does; anything else replaces what was there. */
  set(value: unknown): void {
    const checked = this.#check(value);
    if (isVariable(this.#value) && typeof checked === 'number') {
      // What lies in range may leave it when it is rounded.
      if (!this.#domain.contains(Math.fround(checked))) throw wrongValue(this.#name, this.#domain.text, checked);
      this.#value.assign(checked);
    } else {
      this.#value = checked;
    }
  }

  /**
   * The number in force now; asks a function, which is user code.
   * @param steps - the number of finished steps, or who knows it
   */
  current(steps: number | Counting): number {
    if (typeof this.#value === 'number') return this.#value;
    const value: unknown = isVariable(this.#value) ? this.#value.item() : this.#value(countOf(steps));
    checkNumber(isVariable(this.#value) ? this.#name : `${this.#name}()`, value, this.#domain);
    return value;
  }

  #check(value: unknown): HyperValue {
    if (typeof value === 'function' && !isClass(value)) return value as (step: number) => number;
    if (isVariable(value)) {
      if (value.dtype !== 'float32' || value.size !== 1) {
        throw wrongType(this.#name, 'a scalar float32 Variable', value);
      }
      checkNumber(this.#name, value.item(), this.#domain);
      return value as Variable;
    }
    if (typeof value !== 'number') throw wrongType(this.#name, this.#kinds, value);
    checkNumber(this.#name, value, this.#domain);
    return value;
  }
}

function countOf(steps: number | Counting): number {
  return typeof steps === 'number' ? steps : steps.iterations.item();
}
