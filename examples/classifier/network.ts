import { Variable } from 'adamax';
import { exp, log } from '../shared/maths/elementary.js';
import type { Random } from '../shared/maths/random.js';

/** Weights and biases of two layers, or the gradients of them: `w` has a row for each input. */
export type Layers<T> = readonly [w1: T, b1: T, w2: T, b2: T];

/**
 * A network of two layers: softmax(relu(x·w1 + b1)·w2 + b2), with the cross-entropy of the true class as its loss.
 *
 * Sums are taken in float64 and in a fixed order, so that they have the same bits on every machine.
 */
export class Network {
  readonly variables: Layers<Variable>;
  /** Of the mean loss of a batch, with respect to each variable. */
  readonly gradients: Layers<Float32Array>;
  readonly #inputs: number;
  readonly #hidden: Float64Array;
  readonly #scores: Float64Array;
  readonly #hiddenSlopes: Float64Array;

  constructor(inputs: number, hidden: number, classes: number, random: Random) {
    // He et al. 2015, in its uniform form: activations keep their variance through a ReLU.
    const weights = (rows: number, columns: number): Float32Array =>
      Float32Array.from({ length: rows * columns }, () => (2 * random.unit() - 1) * Math.sqrt(6 / rows));
    this.variables = [
      new Variable(weights(inputs, hidden), { shape: [inputs, hidden], name: 'w1' }),
      new Variable(new Float32Array(hidden), { name: 'b1' }),
      new Variable(weights(hidden, classes), { shape: [hidden, classes], name: 'w2' }),
      new Variable(new Float32Array(classes), { name: 'b2' }),
    ];
    const zeros = ({ data }: Variable): Float32Array => new Float32Array(data.length);
    const [w1, b1, w2, b2] = this.variables;
    this.gradients = [zeros(w1), zeros(b1), zeros(w2), zeros(b2)];
    this.#inputs = inputs;
    this.#hidden = new Float64Array(hidden);
    this.#scores = new Float64Array(classes);
    this.#hiddenSlopes = new Float64Array(hidden);
  }

  /** The class with the highest score. */
  classify(x: Float32Array): number {
    this.#forward(x);
    return this.#scores.indexOf(Math.max(...this.#scores));
  }

  /** The loss of one example: −log of the probability of its class. */
  loss(x: Float32Array, label: number): number {
    this.#forward(x);
    return this.#softmax(label);
  }

  /** Adds the gradient of one example of a batch of `batch`; returns its loss. */
  add(x: Float32Array, label: number, batch: number): number {
    const [g1, gb1, g2, gb2] = this.gradients;
    const w2 = this.variables[2].data;
    const [hidden, slopes, scores] = [this.#hidden, this.#hiddenSlopes, this.#scores];
    const [width, classes] = [hidden.length, scores.length];
    const loss = this.loss(x, label);
    // The slope of the loss by a score is the probability of its class, less 1 for the true one.
    scores[label] -= 1;
    for (let k = 0; k < classes; k++) gb2[k] += scores[k] /= batch;
    for (let j = 0; j < width; j++) {
      let slope = 0;
      for (let k = 0; k < classes; k++) {
        g2[j * classes + k] += hidden[j] * scores[k];
        slope += w2[j * classes + k] * scores[k];
      }
      slopes[j] = hidden[j] > 0 ? slope : 0;
      gb1[j] += slopes[j];
    }
    for (let i = 0; i < this.#inputs; i++) {
      if (x[i] === 0) continue;
      for (let j = 0; j < width; j++) g1[i * width + j] += x[i] * slopes[j];
    }
    return loss;
  }

  #forward(x: Float32Array): void {
    const [w1, b1, w2, b2] = this.variables.map(({ data }) => data);
    const [hidden, scores] = [this.#hidden, this.#scores];
    const [width, classes] = [hidden.length, scores.length];
    hidden.set(b1);
    for (let i = 0; i < this.#inputs; i++) {
      // Most of an image is paper, which adds nothing.
      if (x[i] === 0) continue;
      for (let j = 0; j < width; j++) hidden[j] += x[i] * w1[i * width + j];
    }
    scores.set(b2);
    for (let j = 0; j < width; j++) {
      hidden[j] = Math.max(hidden[j], 0);
      for (let k = 0; k < classes; k++) scores[k] += hidden[j] * w2[j * classes + k];
    }
  }

  // Makes probabilities of the scores. The largest is taken off first, so that no power overflows.
  #softmax(label: number): number {
    const scores = this.#scores;
    const most = Math.max(...scores);
    const score = scores[label] - most;
    let sum = 0;
    for (let k = 0; k < scores.length; k++) sum += scores[k] = exp(scores[k] - most);
    for (let k = 0; k < scores.length; k++) scores[k] /= sum;
    return log(sum) - score;
  }
}
