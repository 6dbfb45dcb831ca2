import { type Adamax, type StepRecord, Variable } from 'adamax';
import { exp, log } from '../../shared/maths/elementary.js';
import type { Random } from '../../shared/maths/random.js';
import { RowGradients } from './row-gradients.js';

/**
 * Skip-gram with negative sampling: two tables of vectors, trained so that a word's input vector has a large dot
 * product with the output vectors of words met near it, and a small one with those of words drawn at random
 * (Mikolov et al., "Distributed representations of words and phrases and their compositionality", 2013).
 */
export class SkipGramModel {
  /** The word vectors: what a training is for. */
  readonly input: Variable;
  readonly optimizer: Adamax;
  /** All that steps change, but for what the optimizer keeps. */
  readonly variables: readonly Variable[];
  readonly #output: Variable;
  readonly #dim: number;
  readonly #inputGradients: RowGradients;
  readonly #outputGradients: RowGradients;
  readonly #centre: Float64Array;
  readonly #centreGradient: Float64Array;

  /**
   * @param pairsPerStep the most pairs added before a `step`
   * @param targets words each centre is scored against: one true, the rest negative
   */
  constructor(optimizer: Adamax, words: number, dim: number, pairsPerStep: number, targets: number, random: Random) {
    this.optimizer = optimizer;
    this.#dim = dim;
    // As in word2vec.c: small random input vectors and no output vectors. Every score starts at exactly 0.
    const initial = Float32Array.from({ length: words * dim }, () => (random.unit() - 0.5) / dim);
    this.input = new Variable(initial, { shape: [words, dim], name: 'input' });
    this.#output = new Variable(new Float32Array(words * dim), { shape: [words, dim], name: 'output' });
    this.variables = [this.input, this.#output];
    this.#inputGradients = new RowGradients(words, dim, pairsPerStep);
    this.#outputGradients = new RowGradients(words, dim, pairsPerStep * targets);
    this.#centre = new Float64Array(dim);
    this.#centreGradient = new Float64Array(dim);
  }

  /** The loss of one pair: −log σ(true score) − Σ log σ(−negative score). `targets` has the true word first. */
  loss(centre: number, targets: Int32Array): number {
    this.#load(centre);
    let loss = 0;
    for (let k = 0; k < targets.length; k++) {
      const score = this.#score(targets[k] * this.#dim);
      const x = k === 0 ? -score : score;
      loss += softplus(x, exp(x > 0 ? -x : x));
    }
    return loss;
  }

  /** Adds the gradient of one pair to that of the step being prepared; returns the pair's loss. */
  add(centre: number, targets: Int32Array): number {
    this.#load(centre);
    this.#centreGradient.fill(0);
    let loss = 0;
    for (let k = 0; k < targets.length; k++) {
      const score = this.#score(targets[k] * this.#dim);
      const x = k === 0 ? -score : score;
      const e = exp(x > 0 ? -x : x);
      loss += softplus(x, e);
      const slope = sigmoid(x, e);
      this.#addScoreGradient(targets[k], k === 0 ? -slope : slope);
    }
    const values = this.#inputGradients.values;
    const offset = this.#inputGradients.offsetOf(centre);
    for (let d = 0; d < this.#dim; d++) values[offset + d] += this.#centreGradient[d];
    return loss;
  }

  /**
   * One sparse Adamax step: of all rows of both tables, only those the pairs have touched change.
   * @param stepped told what the step was, while its gradients are still there
   */
  step(learningRate: number, stepped?: (record: StepRecord | null) => void): void {
    this.optimizer.learningRate = learningRate;
    this.optimizer.applyGradients([
      [this.#inputGradients.slices(), this.input],
      [this.#outputGradients.slices(), this.#output],
    ]);
    stepped?.(this.optimizer.lastStep);
    this.#inputGradients.clear();
    this.#outputGradients.clear();
  }

  #load(centre: number): void {
    const input = this.input.data;
    const offset = centre * this.#dim;
    for (let d = 0; d < this.#dim; d++) this.#centre[d] = input[offset + d];
  }

  // Four sums side by side: one would make each addition wait for the one before it.
  #score(offset: number): number {
    const a = this.#centre;
    const b = this.#output.data;
    const whole = a.length & ~3;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let d = 0;
    for (; d < whole; d += 4) {
      s0 += a[d] * b[offset + d];
      s1 += a[d + 1] * b[offset + d + 1];
      s2 += a[d + 2] * b[offset + d + 2];
      s3 += a[d + 3] * b[offset + d + 3];
    }
    for (; d < a.length; d++) s0 += a[d] * b[offset + d];
    return s0 + s1 + (s2 + s3);
  }

  #addScoreGradient(target: number, gradient: number): void {
    const centre = this.#centre;
    const centreGradient = this.#centreGradient;
    const output = this.#output.data;
    const row = target * this.#dim;
    const values = this.#outputGradients.values;
    const offset = this.#outputGradients.offsetOf(target);
    for (let d = 0; d < centre.length; d++) {
      centreGradient[d] += gradient * output[row + d];
      values[offset + d] += gradient * centre[d];
    }
  }
}

// Both share e = e^-|x|, which cannot overflow. The loss of a score is the softplus of it or of its negative, and the
// sigmoid is the slope of the softplus.
function softplus(x: number, e: number): number {
  return Math.max(x, 0) + log(1 + e);
}

function sigmoid(x: number, e: number): number {
  return (x > 0 ? 1 : e) / (1 + e);
}
