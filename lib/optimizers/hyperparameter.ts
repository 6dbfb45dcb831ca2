import { wrongType, wrongValue } from '../errors.js';

/** A hyperparameter as a user may give it: a number, or a function without arguments that is asked at every step. */
export type HyperValue = number | (() => number);

/** A range of numbers, with the words that describe it in a message. */
export interface Domain {
  readonly text: string;
  contains(x: number): boolean;
}

export const finite: Domain = { text: 'a finite number', contains: Number.isFinite };
export const nonNegative: Domain = { text: 'a finite number ≥ 0', contains: (x) => x >= 0 && Number.isFinite(x) };
/** Decay rates: at 1 the bias correction would divide by zero. */
export const unitInterval: Domain = { text: 'in [0, 1)', contains: (x) => x >= 0 && x < 1 };
/** Added to a denominator that may be 0, so it must not round to 0 in float32. */
export const positive: Domain = {
  text: 'a finite number > 0 (in float32)',
  contains: (x) => Math.fround(x) > 0 && Number.isFinite(Math.fround(x)),
};

/** Throws unless `value` is a number inside `domain`. */
export function checkNumber(argument: string, value: unknown, domain: Domain): asserts value is number {
  if (typeof value !== 'number') throw wrongType(argument, 'a number', value);
  if (!domain.contains(value)) throw wrongValue(argument, domain.text, value);
}

/** A named, validated hyperparameter that can change between steps. */
export class Hyperparameter {
  readonly #name: string;
  readonly #domain: Domain;
  #value: HyperValue = 0;

  constructor(name: string, domain: Domain, value: unknown) {
    this.#name = name;
    this.#domain = domain;
    this.set(value);
  }

  /** What the user gave. */
  get(): HyperValue {
    return this.#value;
  }

  set(value: unknown): void {
    if (typeof value !== 'function') checkNumber(this.#name, value, this.#domain);
    this.#value = value as HyperValue;
  }

  /** The number in force now; asks a function, which is user code. */
  current(): number {
    if (typeof this.#value === 'number') return this.#value;
    const value: unknown = this.#value();
    checkNumber(`${this.#name}()`, value, this.#domain);
    return value;
  }
}
