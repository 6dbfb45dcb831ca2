import { wrongValue } from '../arguments/errors.js';
import { Curve, MOST_POINTS } from './curve.js';

/** Most curves of a report: each takes 20 KiB, and a picture of more is no picture any more. */
export const MOST_CURVES = 32;

/** What is told of a step. */
export interface Told {
  readonly steps: number;
  readonly isSkipped: boolean;
  readonly values: ReadonlyMap<string, number>;
}

/**
 * The course of a run: a curve for each thing that is told, all over the same stretches of steps. A stretch is one step
 * in the beginning, and twice as long each time there are too many.
 */
export class Course {
  /** The first number of steps that was told, and the last; NaN before that. */
  first = Number.NaN;
  last = Number.NaN;
  /** Steps of a stretch. */
  width = 1;
  /** In the order in which they came. */
  readonly curves = new Map<string, Curve>();
  /** A value for each step that was skipped. */
  readonly skips = new Curve();
  skipped = 0;

  /** @throws RangeError `ERR_ADAMAX_ARG_VALUE`, and then nothing has changed */
  add({ steps, isSkipped, values }: Told): void {
    const fresh = [...values.keys()].filter((name) => !this.curves.has(name));
    if (this.curves.size + fresh.length > MOST_CURVES) {
      throw wrongValue('series', `at most ${MOST_CURVES} curves with those of before`, fresh[fresh.length - 1]);
    }
    if (steps < this.last) {
      throw wrongValue('record.steps', `no less than the ${this.last} of before (see the option state)`, steps);
    }
    if (Number.isNaN(this.first)) this.first = steps;
    this.last = steps;
    while (steps - this.first >= MOST_POINTS * this.width) this.#widen();
    const at = Math.floor((steps - this.first) / this.width);
    for (const name of fresh) this.curves.set(name, new Curve());
    for (const [name, value] of values) this.curves.get(name)?.add(at, value);
    if (!isSkipped) return;
    this.skips.add(at, 1);
    this.skipped++;
  }

  #widen(): void {
    this.width *= 2;
    for (const curve of [this.skips, ...this.curves.values()]) curve.halve();
  }

  /** Where on the axis of steps a stretch is drawn: in the middle of it, as far as it has come. */
  stepAt(at: number): number {
    const begin = this.first + at * this.width;
    return (begin + Math.min(begin + this.width - 1, this.last)) / 2;
  }
}
