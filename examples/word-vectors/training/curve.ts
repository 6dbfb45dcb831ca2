/** A mean loss per pair, and how many epochs had passed. */
export interface LossPoint {
  readonly epoch: number;
  readonly loss: number;
}

/** A running mean. */
export class Mean {
  #sum = 0;
  #count = 0;

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

/** The course of the training loss: means over equal stretches of text. */
export class Curve {
  readonly points: LossPoint[] = [];
  readonly #wordsPerPoint: number;
  #mean = new Mean();
  #begin = 0;

  constructor(wordsPerPoint: number) {
    this.#wordsPerPoint = wordsPerPoint;
  }

  add(loss: number): void {
    this.#mean.add(loss);
  }

  /** Tells how far the training has come; a mean belongs to the middle of the stretch it was taken over. */
  advance(words: number, wordsPerEpoch: number): void {
    if (words - this.#begin < this.#wordsPerPoint || this.#mean.count === 0) return;
    this.points.push({ epoch: (this.#begin + words) / 2 / wordsPerEpoch, loss: this.#mean.value });
    this.#mean = new Mean();
    this.#begin = words;
  }
}
