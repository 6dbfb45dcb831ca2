/** A mean loss per pair, and how many epochs had passed. */
export type LossPoint = {
  readonly epoch: number;
  readonly loss: number;
};

/** What a mean is made of. */
export type MeanState = readonly [sum: number, count: number];

/** A running mean. */
export class Mean {
  #sum: number;
  #count: number;

  constructor([sum, count]: MeanState = [0, 0]) {
    this.#sum = sum;
    this.#count = count;
  }

  get state(): MeanState {
    return [this.#sum, this.#count];
  }

  add(x: number): void {
    this.#sum += x;
    this.#count++;
  }

  get count(): number {
    return this.#count;
  }

  /** NaN before the first number. */
  get value(): number {
    return this.#sum / this.#count;
  }
}

/** What a curve is, so far, and the stretch of text that is to be its next point. */
export type CurveState = {
  readonly points: readonly LossPoint[];
  readonly mean: MeanState;
  readonly begin: number;
};

/** The course of the training loss: means over equal stretches of text. */
export class Curve {
  readonly points: LossPoint[];
  readonly #wordsPerPoint: number;
  #mean: Mean;
  #begin: number;

  constructor(wordsPerPoint: number, state: CurveState = { points: [], mean: [0, 0], begin: 0 }) {
    this.points = [...state.points];
    this.#wordsPerPoint = wordsPerPoint;
    this.#mean = new Mean(state.mean);
    this.#begin = state.begin;
  }

  get state(): CurveState {
    return { points: this.points, mean: this.#mean.state, begin: this.#begin };
  }

  add(loss: number): void {
    this.#mean.add(loss);
  }

  /**
   * Tells how far the training has come; a mean belongs to the middle of the stretch it was taken over. To be told the
   * same again changes nothing.
   */
  advance(words: number, wordsPerEpoch: number): void {
    if (words - this.#begin < this.#wordsPerPoint || this.#mean.count === 0) return;
    this.points.push({ epoch: (this.#begin + words) / 2 / wordsPerEpoch, loss: this.#mean.value });
    this.#mean = new Mean();
    this.#begin = words;
  }
}
