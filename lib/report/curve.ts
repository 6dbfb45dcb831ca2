import { newDoubles } from '../memory/typed-arrays.js';

/** Most points of a curve. A power of two, since a run that outgrows it has its points joined in pairs. */
export const MOST_POINTS = 512;

/** From this magnitude on a number counts as not finite: sums of such would not be. */
const TOO_LARGE = 1e300;

/** Whether a number counts as finite. */
export function isWithin(value: number): boolean {
  return value > -TOO_LARGE && value < TOO_LARGE;
}

/** What is kept of the values of a stretch of steps. */
export interface Point {
  /** Number of the stretch. */
  readonly at: number;
  /** Of those that are finite; their number may be 0. */
  readonly least: number;
  readonly most: number;
  readonly sum: number;
  readonly count: number;
  /** How many are NaN or infinite. */
  readonly odd: number;
}

/** Values over stretches of equally many steps: least, mean and greatest of each, in memory that does not grow. */
export class Curve {
  readonly #least = newDoubles(MOST_POINTS).fill(Infinity);
  readonly #most = newDoubles(MOST_POINTS).fill(-Infinity);
  readonly #sum = newDoubles(MOST_POINTS);
  readonly #count = newDoubles(MOST_POINTS);
  readonly #odd = newDoubles(MOST_POINTS);
  /** The value that came last; NaN before the first. */
  last = Number.NaN;

  add(at: number, value: number): void {
    this.last = value;
    if (!isWithin(value)) {
      this.#odd[at]++;
      return;
    }
    if (value < this.#least[at]) this.#least[at] = value;
    if (value > this.#most[at]) this.#most[at] = value;
    this.#sum[at] += value;
    this.#count[at]++;
  }

  /** Puts back what `points` gave. */
  put({ at, least, most, sum, count, odd }: Point): void {
    this.#least[at] = count === 0 ? Infinity : least;
    this.#most[at] = count === 0 ? -Infinity : most;
    this.#sum[at] = sum;
    this.#count[at] = count;
    this.#odd[at] = odd;
  }

  /** Joins stretches in pairs, so that each is twice as long. */
  halve(): void {
    const half = MOST_POINTS / 2;
    for (let i = 0; i < half; i++) {
      const [a, b] = [2 * i, 2 * i + 1];
      this.#least[i] = Math.min(this.#least[a], this.#least[b]);
      this.#most[i] = Math.max(this.#most[a], this.#most[b]);
      for (const sums of [this.#sum, this.#count, this.#odd]) sums[i] = sums[a] + sums[b];
    }
    this.#least.fill(Infinity, half);
    this.#most.fill(-Infinity, half);
    for (const sums of [this.#sum, this.#count, this.#odd]) sums.fill(0, half);
  }

  /** Stretches with a value, in their order. */
  get points(): Point[] {
    const points: Point[] = [];
    for (let at = 0; at < MOST_POINTS; at++) {
      const [count, odd] = [this.#count[at], this.#odd[at]];
      if (count + odd === 0) continue;
      const [least, most] = count === 0 ? [0, 0] : [this.#least[at], this.#most[at]];
      points.push({ at, least, most, sum: this.#sum[at], count, odd });
    }
    return points;
  }
}
