import type { Problem } from './train.js';

/** Examples of two classes. */
export interface Examples {
  /** A row of measures each. */
  readonly inputs: readonly (readonly number[])[];
  /** The class of each: 0 or 1. */
  readonly labels: readonly number[];
}

/** A logistic regression: the mean loss of its examples and ½·ridge·‖w‖². Coefficients are w, then the intercept. */
export class LogisticRegression {
  readonly examples: Examples;
  readonly ridge: number;
  /** Measures of an example. */
  readonly width: number;
  readonly #all: readonly number[];

  constructor(examples: Examples, ridge: number) {
    this.examples = examples;
    this.ridge = ridge;
    this.width = examples.inputs[0].length;
    this.#all = examples.labels.map((_, i) => i);
  }

  /** The logarithm of the odds that example i is of class 1. */
  logOdds(x: ArrayLike<number>, i: number): number {
    let sum = x[this.width];
    for (let k = 0; k < this.width; k++) sum += x[k] * this.examples.inputs[i][k];
    return sum;
  }

  loss(x: ArrayLike<number>): number {
    const { labels } = this.examples;
    let sum = 0;
    for (let i = 0; i < labels.length; i++) {
      const z = this.logOdds(x, i);
      sum += Math.log1p(Math.exp(labels[i] === 1 ? -z : z));
    }
    let squares = 0;
    for (let k = 0; k < this.width; k++) squares += x[k] ** 2;
    return sum / labels.length + (this.ridge / 2) * squares;
  }

  /** The gradient of the loss of a batch, given by the places of its examples, or of all examples. */
  gradient(x: ArrayLike<number>, batch = this.#all): number[] {
    const { inputs, labels } = this.examples;
    const sum = new Array<number>(this.width + 1).fill(0);
    for (const i of batch) {
      const error = probability(this.logOdds(x, i)) - labels[i];
      for (let k = 0; k < this.width; k++) sum[k] += error * inputs[i][k];
      sum[this.width] += error;
    }
    return sum.map((s, k) => s / batch.length + (k < this.width ? this.ridge * x[k] : 0));
  }

  /** How many examples are put in the right class. */
  right(x: ArrayLike<number>): number {
    return this.examples.labels.filter((label, i) => this.logOdds(x, i) > 0 === (label === 1)).length;
  }

  /** Training from coefficients of 0, on batches that take turns, or on all examples at each step. */
  problem(steps: number, batches: readonly (readonly number[])[] = [this.#all]): Problem {
    return {
      sizes: [this.width, 1],
      start: new Array<number>(this.width + 1).fill(0),
      steps,
      gradient: (x, out, step) => out.set(this.gradient(x, batches[step % batches.length])),
    };
  }
}

export function probability(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}
