import type { Tensor } from '@tensorflow/tfjs-core';
import { type BackendName, tf } from './peer.js';

/** A loss of one variable, written twice: in operations of TensorFlow.js, and in float64 by loops that know none of them. */
export interface TwofoldLoss {
  readonly shape: number[];
  readonly tensors: (x: Tensor) => Tensor;
  readonly numbers: (x: readonly number[]) => number;
  /** Backends whose TensorFlow.js lacks a kernel for the gradient. */
  readonly without?: readonly BackendName[];
  /** Whether its gradient takes methods of tensors, which `@tensorflow/tfjs` adds to the core. */
  readonly chained?: boolean;
}

const sum = (list: readonly number[]) => list.reduce((total, x) => total + x, 0);
const rows = (x: readonly number[], width: number) =>
  Array.from({ length: x.length / width }, (_, i) => x.slice(i * width, (i + 1) * width));
const columns = (x: readonly number[], width: number) =>
  Array.from({ length: width }, (_, j) => x.filter((_value, i) => i % width === j));

/** Weights that tell the elements of a result apart: of the i-th it is 1 + i / 7. */
const weight = (i: number) => 1 + i / 7;
const weighted = (list: readonly number[]) => sum(list.map((x, i) => x * weight(i)));
const weightedSum = (y: Tensor) =>
  tf.sum(
    tf.mul(
      y,
      tf.tensor(
        Array.from({ length: y.size }, (_, i) => weight(i)),
        y.shape,
      ),
    ),
  );

/** Averages of windows of 3, of what lies within n elements, or the greatest of them. */
function windows(n: number, stride: number, channel: readonly number[], greatest: boolean): number[] {
  const out = Math.ceil(n / stride);
  const pad = Math.floor(Math.max((out - 1) * stride + 3 - n, 0) / 2);
  const within = (at: number) => [0, 1, 2].map((k) => at * stride - pad + k).filter((i) => i >= 0 && i < n);
  const result: number[] = [];
  for (let i = 0; i < out; i++) {
    for (let j = 0; j < out; j++) {
      const seen = within(i).flatMap((a) => within(j).map((b) => channel[a * n + b]));
      result.push(greatest ? Math.max(...seen) : sum(seen) / seen.length);
    }
  }
  return result;
}

const kernel = [0.5, -0.3, 0.2, 0.7, 0.1, -0.4, 0.6, -0.2, 0.3];

/** A convolution of a picture of 4 × 4 by `kernel`, padded by zeros. */
function convolved(x: readonly number[], taps: readonly number[]): number[] {
  const at = (i: number, j: number) => (i < 0 || j < 0 || i > 3 || j > 3 ? 0 : x[4 * i + j]);
  return x.map((_, p) =>
    sum(taps.map((w, k) => w * at(Math.floor(p / 4) + Math.floor(k / 3) - 1, (p % 4) + (k % 3) - 1))),
  );
}

/** Averages of windows of 2 that lie 2 apart, or the greatest of each, or products with taps, of as many as there are begun. */
function begun(n: number, channel: readonly number[], join: (seen: readonly number[]) => number): number[] {
  const starts = Array.from({ length: Math.ceil(n / 2) }, (_, i) => 2 * i);
  const at = (i: number, j: number) => (i < n && j < n ? [channel[n * i + j]] : []);
  return starts.flatMap((i) =>
    starts.map((j) => join([...at(i, j), ...at(i, j + 1), ...at(i + 1, j), ...at(i + 1, j + 1)])),
  );
}

/** Pictures of `height` × `width`, each pixel of which is taken from the row and column that are named. */
function picked(
  x: readonly number[],
  [height, width]: readonly [number, number],
  fromRows: readonly number[],
  fromColumns: readonly number[],
): number[] {
  const pictures = rows(x, height * width);
  return pictures.flatMap((picture) => fromRows.flatMap((i) => fromColumns.map((j) => picture[i * width + j])));
}

const matrix = [1, 3, -2, 0.5, -1, 2, 0.3, 1.5, -0.7, 0.2, 1, 0.4];
const softmax = (row: readonly number[]) => row.map((x) => Math.exp(x) / sum(row.map(Math.exp)));
const mean = (x: readonly number[]) => sum(x) / x.length;
const variance = (x: readonly number[]) => mean(x.map((v) => (v - mean(x)) ** 2));

export const LOSSES: Readonly<Record<string, TwofoldLoss>> = {
  'sum of squares': {
    shape: [3, 4],
    tensors: (x) => tf.sum(tf.square(x)),
    numbers: (x) => sum(x.map((v) => v * v)),
  },
  'exp and log': {
    shape: [5],
    tensors: (x) => weightedSum(tf.mul(tf.exp(x), tf.log(x))),
    numbers: (x) => weighted(x.map((v) => Math.exp(v) * Math.log(v))),
  },
  'power of itself': {
    shape: [4],
    tensors: (x) => weightedSum(tf.pow(x, x)),
    numbers: (x) => weighted(x.map((v) => v ** v)),
  },
  'dense layer': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.tanh(tf.add(tf.matMul(x, tf.tensor(matrix, [4, 3])), tf.tensor1d([0.1, 0.2, 0.3])))),
    numbers: (x) =>
      weighted(
        rows(x, 4).flatMap((row) =>
          [0, 1, 2].map((j) => Math.tanh(sum(row.map((v, k) => v * matrix[3 * k + j])) + (j + 1) / 10)),
        ),
      ),
  },
  'matrix by its transpose': {
    shape: [3, 3],
    tensors: (x) => weightedSum(tf.matMul(x, x, false, true)),
    numbers: (x) => weighted(rows(x, 3).flatMap((a) => rows(x, 3).map((b) => sum(a.map((v, k) => v * b[k]))))),
  },
  'cross entropy': {
    shape: [3, 4],
    tensors: (x) => tf.losses.softmaxCrossEntropy(tf.oneHot(tf.tensor1d([1, 0, 3], 'int32'), 4), x),
    numbers: (x) => mean(rows(x, 4).map((row, i) => -Math.log(softmax(row)[[1, 0, 3][i]]))),
  },
  softmax: {
    shape: [2, 3],
    tensors: (x) => weightedSum(tf.softmax(x as Tensor)),
    numbers: (x) => weighted(rows(x, 3).flatMap(softmax)),
  },
  'log of a sum': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.logSumExp(x, 1)),
    numbers: (x) => weighted(rows(x, 4).map((row) => Math.log(sum(row.map(Math.exp))))),
  },
  'sigmoid and softplus': {
    shape: [6],
    tensors: (x) => weightedSum(tf.mul(tf.sigmoid(x), tf.softplus(x))),
    numbers: (x) => weighted(x.map((v) => (1 / (1 + Math.exp(-v))) * Math.log1p(Math.exp(v)))),
  },
  'greatest of rows': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.max(x, 1)),
    numbers: (x) => weighted(rows(x, 4).map((row) => Math.max(...row))),
  },
  'least of columns': {
    shape: [3, 3],
    tensors: (x) => weightedSum(tf.min(x, 0)),
    numbers: (x) => weighted(columns(x, 3).map((column) => Math.min(...column))),
  },
  'choice by comparison': {
    shape: [8],
    tensors: (x) =>
      weightedSum(tf.where(tf.logicalAnd(tf.greater(x, 0.6), tf.less(x, 1.3)), tf.square(x), tf.mul(x, 3))),
    numbers: (x) => weighted(x.map((v) => (v > 0.6 && v < 1.3 ? v * v : 3 * v))),
  },
  'Huber by hand': {
    shape: [8],
    tensors: (x) => {
      const error = tf.abs(tf.sub(x, 0.9));
      return weightedSum(tf.where(tf.lessEqual(error, 0.3), tf.square(error), tf.sub(tf.mul(error, 0.6), 0.09)));
    },
    numbers: (x) => {
      const errors = x.map((v) => Math.abs(v - 0.9));
      return weighted(errors.map((e) => (e <= 0.3 ? e * e : 0.6 * e - 0.09)));
    },
  },
  'clipped values': {
    shape: [8],
    tensors: (x) => weightedSum(tf.clipByValue(x, 0.5, 1.2)),
    numbers: (x) => weighted(x.map((v) => Math.min(Math.max(v, 0.5), 1.2))),
  },
  'times its whole part': {
    shape: [5],
    tensors: (x) => weightedSum(tf.mul(x, tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'))),
    numbers: (x) => weighted(x.map((v) => v * Math.trunc(3 * v))),
  },
  'times its floored quotient': {
    shape: [5],
    tensors: (x) => weightedSum(tf.mul(x, tf.floorDiv(tf.mul(x, 5), 0.7))),
    numbers: (x) => weighted(x.map((v) => v * Math.floor((5 * v) / 0.7))),
  },
  'sums of columns so far': {
    shape: [3, 3],
    tensors: (x) => weightedSum(tf.cumsum(x, 0)),
    numbers: (x) => weighted(x.map((_, i) => sum(x.filter((_v, k) => k <= i && k % 3 === i % 3)))),
  },
  'sums of columns from behind, without their own': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.cumsum(x, 0, true, true)),
    numbers: (x) => weighted(x.map((_, i) => sum(x.filter((_v, k) => k > i && k % 4 === i % 4)))),
  },
  'average pooling within the edges': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.avgPool(x as never, 3, 1, 'same')),
    numbers: (x) => weighted(windows(5, 1, x, false)),
  },
  'average pooling with strides': {
    shape: [1, 4, 4, 1],
    tensors: (x) => weightedSum(tf.avgPool(x as never, 3, 2, 'same')),
    numbers: (x) => weighted(windows(4, 2, x, false)),
  },
  'average pooling of a volume': {
    shape: [1, 1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.avgPool3d(x as never, [1, 3, 3], 1, 'same')),
    numbers: (x) => weighted(windows(5, 1, x, false)),
  },
  'max pooling': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.maxPool(x as never, 3, 2, 'same')),
    numbers: (x) => weighted(windows(5, 2, x, true)),
    without: ['wasm'],
  },
  'max pooling of negative numbers': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.maxPool(tf.sub(x, 9) as never, 3, 2, 'same')),
    numbers: (x) => weighted(windows(5, 2, x, true)),
    without: ['wasm'],
  },
  'convolution by its picture': {
    shape: [1, 4, 4, 1],
    tensors: (x) => weightedSum(tf.conv2d(x as never, tf.tensor4d(kernel, [3, 3, 1, 1]), 1, 'same')),
    numbers: (x) => weighted(convolved(x, kernel)),
  },
  'convolution by its kernel': {
    shape: [3, 3, 1, 1],
    tensors: (x) => {
      const picture = tf.tensor4d([...matrix, ...matrix.slice(0, 4)], [1, 4, 4, 1]);
      return weightedSum(tf.conv2d(picture, x as never, 1, 'same'));
    },
    numbers: (x) => weighted(convolved([...matrix, ...matrix.slice(0, 4)], x)),
    without: ['wasm'],
  },
  'convolution whose strides leave pixels out': {
    shape: [1, 6, 6, 1],
    tensors: (x) => weightedSum(tf.conv2d(x as never, tf.tensor4d(kernel.slice(0, 4), [2, 2, 1, 1]), 3, 'same')),
    numbers: (x) =>
      weighted([0, 3, 18, 21].map((p) => sum([0, 1, 6, 7].map((offset, k) => kernel[k] * x[p + offset])))),
  },
  'convolution of channels whose strides leave pixels out': {
    shape: [1, 4, 7, 1],
    tensors: (x) => weightedSum(tf.depthwiseConv2d(x as never, tf.tensor4d([2], [1, 1, 1, 1]), 3, 'same')),
    numbers: (x) => weighted([0, 3, 6, 21, 24, 27].map((p) => 2 * x[p])),
    without: ['wasm'],
  },
  'average pooling, rounded up': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.avgPool(x as never, 2, 2, 0, 'ceil')),
    numbers: (x) => weighted(begun(5, x, mean)),
  },
  'max pooling, rounded up': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.maxPool(x as never, 2, 2, 0, 'ceil')),
    numbers: (x) => weighted(begun(5, x, (seen) => Math.max(...seen))),
    without: ['wasm'],
  },
  'convolution, rounded up': {
    shape: [1, 5, 5, 1],
    tensors: (x) => weightedSum(tf.conv2d(x as never, tf.ones([2, 2, 1, 1]), 2, 0, 'NHWC', 1, 'ceil')),
    numbers: (x) => weighted(begun(5, x, sum)),
  },
  'nearest pixels of several pictures': {
    shape: [3, 2, 3, 1],
    tensors: (x) => weightedSum(tf.image.resizeNearestNeighbor(x as never, [4, 6])),
    numbers: (x) => weighted(picked(x, [2, 3], [0, 0, 1, 1], [0, 0, 1, 1, 2, 2])),
  },
  'nearest pixels of fewer': {
    shape: [2, 4, 2, 1],
    tensors: (x) => weightedSum(tf.image.resizeNearestNeighbor(x as never, [2, 2])),
    numbers: (x) => weighted(picked(x, [4, 2], [0, 2], [0, 1])),
  },
  'nearest pixels of one row, by its corners': {
    shape: [2, 1, 3, 1],
    tensors: (x) => weightedSum(tf.image.resizeNearestNeighbor(x as never, [4, 5], true)),
    numbers: (x) => weighted(picked(x, [1, 3], [0, 0, 0, 0], [0, 1, 1, 2, 2])),
  },
  'nearest pixels of one column, by its corners': {
    shape: [1, 3, 1, 1],
    tensors: (x) => weightedSum(tf.image.resizeNearestNeighbor(x as never, [3, 2], true)),
    numbers: (x) => weighted(picked(x, [3, 1], [0, 1, 2], [0, 0])),
  },
  'pixels between those of a picture that is no square': {
    shape: [1, 2, 3, 1],
    tensors: (x) => weightedSum(tf.image.resizeBilinear(x as never, [2, 6])),
    numbers: (x) => weighted(rows(x, 3).flatMap(([a, b, c]) => [a, (a + b) / 2, b, (b + c) / 2, c, c])),
  },
  'rows gathered of gathered rows': {
    shape: [3, 4],
    tensors: (x) => {
      const twice = tf.gather(tf.gather(x, tf.tensor1d([2, 0], 'int32')), tf.tensor1d([1, 1, 0], 'int32'));
      return weightedSum(twice);
    },
    numbers: (x) => weighted([0, 0, 2].flatMap((row) => x.slice(4 * row, 4 * row + 4))),
    without: ['wasm'],
  },
  'rows nearest to a point': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.gather(x, tf.argMin(tf.abs(tf.sub(x, 0.8)), 0))),
    numbers: (x) => {
      const distances = columns(x, 4).map((column) => column.map((v) => Math.abs(v - 0.8)));
      const nearest = distances.map((list) => list.indexOf(Math.min(...list)));
      return weighted(nearest.flatMap((row) => x.slice(4 * row, 4 * row + 4)));
    },
    without: ['wasm'],
  },
  'gathered rows': {
    shape: [3, 4],
    tensors: (x) => weightedSum(tf.gather(x, tf.tensor1d([2, 0, 2], 'int32'))),
    numbers: (x) => weighted([2, 0, 2].flatMap((row) => x.slice(4 * row, 4 * row + 4))),
    without: ['wasm'],
  },
  'normalized layer': {
    shape: [2, 4],
    tensors: (x) => {
      const { mean: centre, variance: spread } = tf.moments(x, 1, true);
      return weightedSum(tf.div(tf.sub(x, centre), tf.sqrt(tf.add(spread, 0.01))));
    },
    numbers: (x) =>
      weighted(rows(x, 4).flatMap((row) => row.map((v) => (v - mean(row)) / Math.sqrt(variance(row) + 0.01)))),
  },
  'product of columns': {
    shape: [3, 3],
    tensors: (x) => weightedSum(tf.prod(x, 0)),
    numbers: (x) => weighted(columns(x, 3).map((column) => column.reduce((product, v) => product * v, 1))),
    chained: true,
  },
  'cut, turned, joined and padded': {
    shape: [6],
    tensors: (x) => weightedSum(tf.pad(tf.concat([tf.reverse(tf.slice(x, [1], [3])), x]), [[1, 0]])),
    numbers: (x) => weighted([0, x[3], x[2], x[1], ...x]),
  },
  'rows by columns': {
    shape: [3],
    tensors: (x) => weightedSum(tf.div(tf.reshape(x, [3, 1]), tf.add(tf.reshape(x, [1, 3]), 1))),
    numbers: (x) => weighted(x.flatMap((a) => x.map((b) => a / (b + 1)))),
  },
  'length of a vector': {
    shape: [5],
    tensors: (x) => tf.norm(x),
    numbers: (x) => Math.hypot(...x),
  },
};

/** Values without ties, and without any that a comparison of the losses is at. */
export const pointFor = (size: number) => Array.from({ length: size }, (_, i) => 0.25 + ((i * 7 + 3) % 25) * 0.0611);

/** The slope of a function in each direction, by differences in float64, which are right to some nine digits. */
export function slopes(f: (x: readonly number[]) => number, x: readonly number[]): number[] {
  const h = 1e-5;
  const at = (i: number, by: number) => f(x.map((v, k) => (k === i ? v + by : v)));
  return x.map((_, i) => (at(i, h) - at(i, -h)) / (2 * h));
}
