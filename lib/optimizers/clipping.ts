import { checkNumber, nonNegative } from '../arguments/ranges.js';
import type { Clipping } from '../backend/backend.js';

/** One bound of clipping: a number ≥ 0, or undefined for none. */
class Bound {
  readonly #name: string;
  #value: number | undefined;

  constructor(name: string, value: unknown) {
    this.#name = name;
    this.set(value);
  }

  get(): number | undefined {
    return this.#value;
  }

  set(value: unknown): void {
    if (value !== undefined && value !== null) checkNumber(this.#name, value, nonNegative);
    this.#value = (value ?? undefined) as number | undefined;
  }
}

/** The clipping of an optimizer, as a step asks for it. */
export class ClippingSetting implements Clipping {
  readonly clipnorm: Bound;
  readonly clipvalue: Bound;

  constructor(clipnorm: unknown, clipvalue: unknown) {
    this.clipnorm = new Bound('clipnorm', clipnorm);
    this.clipvalue = new Bound('clipvalue', clipvalue);
  }

  get norm(): number {
    return this.clipnorm.get() ?? Infinity;
  }

  get value(): number {
    return this.clipvalue.get() ?? Infinity;
  }

  /** The keys of the bounds that are set: Keras leaves out the others. */
  toConfig(): { clipnorm?: number; clipvalue?: number } {
    const [clipnorm, clipvalue] = [this.clipnorm.get(), this.clipvalue.get()];
    return { ...(clipnorm !== undefined && { clipnorm }), ...(clipvalue !== undefined && { clipvalue }) };
  }
}
