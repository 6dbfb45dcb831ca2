import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expectSameBits } from '../support/data.js';
import { tf } from './peer.js';

/** A regression that a small network fits in part. */
export function regression(count = 128): { xs: Tensor; ys: Tensor } {
  const xs = tf.randomNormal([count, 20], 0, 1, 'float32', 3);
  const ys = tf.tidy(() => tf.sin(tf.sum(tf.slice(xs, [0, 0], [-1, 3]), 1, true)));
  return { xs, ys };
}

/** 20-33-17-1, with the same weights each time. */
export function perceptron(): LayersModel {
  const dense = (units: number, seed: number, inputShape?: number[]) => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed });
    return tf.layers.dense({ units, activation: 'tanh', kernelInitializer, ...(inputShape && { inputShape }) });
  };
  return tf.sequential({ layers: [dense(33, 1, [20]), dense(17, 2), dense(1, 3)] }) as LayersModel;
}

/** Trains in batches of 16, always in the same order. */
export async function train(model: LayersModel, { xs, ys }: ReturnType<typeof regression>, epochs: number) {
  const { history } = await model.fit(xs, ys, { epochs, batchSize: 16, shuffle: false, verbose: 0 });
  return history.loss as number[];
}

/** Copies of all weights, one after the other. */
export function weightsOf(model: LayersModel): Float32Array {
  return Float32Array.from(model.getWeights().flatMap((tensor) => [...tensor.dataSync()]));
}

export function valuesOf(tensor: Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}

export function expectSameWeights(a: LayersModel, b: LayersModel): void {
  expectSameBits(weightsOf(a), weightsOf(b), 'weights');
}

/** Variables of some shapes, with numbers of their own. */
export function variables(shapes: readonly number[][], seed = 1): Variable[] {
  return shapes.map((shape, i) =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 1, 'float32', seed + i)) as Variable),
  );
}

/** A gradient for each variable. */
export function gradientsOf(list: readonly Variable[], seed: number): Tensor[] {
  return list.map(({ shape }, i) => tf.randomNormal(shape, 0, 1, 'float32', seed + i));
}

export function named(list: readonly Variable[], gradients: readonly Tensor[]) {
  return list.map(({ name }, i) => ({ name, tensor: gradients[i] }));
}
