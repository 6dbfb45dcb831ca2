import { Variable } from 'adamax';
import { exp, log } from '../maths/elementary.js';
import type { Random } from '../maths/random.js';

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
  // Inputs other than 0, and where their rows of weights begin.
  readonly #ink: Float32Array;
  readonly #rows: Int32Array;
  #inked = 0;
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
    this.gradients = this.zeros();
    this.#ink = new Float32Array(inputs + 3);
    this.#rows = new Int32Array(inputs + 3);
    this.#hidden = new Float64Array(hidden);
    this.#scores = new Float64Array(classes);
    this.#hiddenSlopes = new Float64Array(hidden);
  }

  /** Room for gradients besides `gradients`. */
  zeros(): Layers<Float32Array> {
    const zeros = ({ data }: Variable): Float32Array => new Float32Array(data.length);
    const [w1, b1, w2, b2] = this.variables;
    return [zeros(w1), zeros(b1), zeros(w2), zeros(b2)];
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

  /** Adds the gradient of one example of a batch of `batch` to some gradients; returns its loss. */
  add(x: Float32Array, label: number, batch: number, to: Layers<Float32Array> = this.gradients): number {
    const [g1, gb1, g2, gb2] = to;
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
    const [ink, rows] = [this.#ink, this.#rows];
    for (let n = 0; n < this.#inked; n += 4) {
      const [x0, x1, x2, x3] = [ink[n], ink[n + 1], ink[n + 2], ink[n + 3]];
      const [r0, r1, r2, r3] = [rows[n], rows[n + 1], rows[n + 2], rows[n + 3]];
      for (let j = 0; j < width; j++) {
        g1[r0 + j] += x0 * slopes[j];
        g1[r1 + j] += x1 * slopes[j];
        g1[r2 + j] += x2 * slopes[j];
        g1[r3 + j] += x3 * slopes[j];
      }
    }
    return loss;
  }

  #forward(x: Float32Array): void {
    const [w1, b1, w2, b2] = this.variables.map(({ data }) => data);
    const [hidden, scores] = [this.#hidden, this.#scores];
    const [width, classes] = [hidden.length, scores.length];
    this.#pick(x);
    hidden.set(b1);
    const [ink, rows] = [this.#ink, this.#rows];
    for (let n = 0; n < this.#inked; n += 4) {
      const [x0, x1, x2, x3] = [ink[n], ink[n + 1], ink[n + 2], ink[n + 3]];
      const [r0, r1, r2, r3] = [rows[n], rows[n + 1], rows[n + 2], rows[n + 3]];
      for (let j = 0; j < width; j++) {
        hidden[j] += x0 * w1[r0 + j] + x1 * w1[r1 + j] + x2 * w1[r2 + j] + x3 * w1[r3 + j];
      }
    }
    scores.set(b2);
    for (let j = 0; j < width; j++) {
      hidden[j] = Math.max(hidden[j], 0);
      for (let k = 0; k < classes; k++) scores[k] += hidden[j] * w2[j * classes + k];
    }
  }

  // Most of an image is paper, which adds nothing. What is left is taken by fours, so that a hidden number is fetched
  // and put back a quarter as often; zeros of the first row fill the last four up.
  #pick(x: Float32Array): void {
    const [ink, rows, width] = [this.#ink, this.#rows, this.#hidden.length];
    let n = 0;
    for (let i = 0; i < x.length; i++) {
      if (x[i] === 0) continue;
      rows[n] = i * width;
      ink[n++] = x[i];
    }
    for (; n % 4 !== 0; n++) rows[n] = ink[n] = 0;
    this.#inked = n;
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
