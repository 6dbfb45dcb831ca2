import { detached } from '../arguments/arrays.js';
import type { Clipping } from '../backend/backend.js';
import { CONTRACT, controlLength, controlSet } from '../backend/contract.js';

/** What a plan reads afresh at each run. The array is never handed out, so its memory cannot go. */
export class Control {
  readonly array: Float64Array;
  readonly #scalarCount: number;

  constructor(scalarCount: number) {
    this.array = new Float64Array(controlLength(1, scalarCount));
    this.#scalarCount = scalarCount;
  }

  /** @throws TypeError `ERR_ADAMAX_DETACHED` where `scalars` were given away */
  setScalars(scalars: Float32Array, { norm, value }: Clipping): void {
    const { array } = this;
    const begin = controlSet(0, this.#scalarCount);
    array[begin + CONTRACT.setClipnorm] = norm;
    array[begin + CONTRACT.setClipvalue] = value;
    for (let k = 0; k < this.#scalarCount; k++) {
      const scalar: number | undefined = scalars[k];
      // A subclass was handed the scalars, and may have done anything with them.
      if (scalar === undefined) throw detached('scalars', scalars);
      array[begin + CONTRACT.setScalars + k] = scalar;
    }
  }

  /** Which entries the next run takes. */
  setRange(first: number, count: number): void {
    this.array[CONTRACT.controlFirst] = first;
    this.array[CONTRACT.controlCount] = count;
  }
}
