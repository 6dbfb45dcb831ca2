import { detached } from '../arguments/arrays.js';
import type { Clipping, SlotDtype } from '../backend/backend.js';
import { CONTRACT, controlLength, controlSet } from '../backend/contract.js';
import { ditherOf } from '../math/dither.js';
import { newDoubles } from '../memory/typed-arrays.js';

/** Places of the one set there is so far. */
const SET = controlSet(0, 0);
const CLIPNORM = SET + CONTRACT.setClipnorm;
const CLIPVALUE = SET + CONTRACT.setClipvalue;
const DITHER = SET + CONTRACT.setDither;
const SCALARS = SET + CONTRACT.setScalars;

/** What a plan reads afresh at each run. The array is never handed out, so its memory cannot go. */
export class Control {
  readonly array: Float64Array;
  readonly #dithers: boolean;

  constructor(scalarCount: number, slotDtype: SlotDtype) {
    this.array = newDoubles(controlLength(1, scalarCount));
    this.#dithers = slotDtype === 'bfloat16';
  }

  /**
   * @param finite - whether every gradient must be finite
   * @param step - the number of this step, 1 for the first
   * @throws TypeError `ERR_ADAMAX_DETACHED` where `scalars` were given away
   */
  setScalars(scalars: Float32Array, clipping: Clipping, finite: boolean, step: number): void {
    const { array } = this;
    array[CONTRACT.controlFinite] = finite ? 1 : 0;
    array[CLIPNORM] = clipping.norm;
    array[CLIPVALUE] = clipping.value;
    if (this.#dithers) array[DITHER] = ditherOf(step);
    for (let k = SCALARS; k < array.length; k++) {
      const scalar: number | undefined = scalars[k - SCALARS];
      // A subclass was handed the scalars, and may have done anything with them.
      if (scalar === undefined) throw detached('scalars', scalars);
      array[k] = scalar;
    }
  }

  /** Which entries the next run takes. */
  setRange(first: number, count: number): void {
    this.array[CONTRACT.controlFirst] = first;
    this.array[CONTRACT.controlCount] = count;
    this.array[CONTRACT.controlDone] = 0;
  }

  /** Whether a run has stepped its entries since the range was set. */
  get isDone(): boolean {
    return this.array[CONTRACT.controlDone] === 1;
  }
}
