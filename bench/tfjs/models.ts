/** Models as people train them with TensorFlow.js, and a whole step of them: forward, backward and optimizer. */
import type { Optimizer, Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { tf } from './peer.js';

export interface Problem {
  readonly model: Sequential;
  readonly x: Tensor;
  readonly y: Tensor;
}

/** 970,852 parameters in ten variables, for a batch of vectors. */
export function mlp(batch: number): Problem {
  const model = tf.sequential();
  const hidden = { units: 512, activation: 'relu' } as const;
  model.add(tf.layers.dense({ ...hidden, inputShape: [256] }));
  for (let i = 0; i < 3; i++) model.add(tf.layers.dense(hidden));
  model.add(tf.layers.dense({ units: 100 }));
  return { model, ...examples([batch, 256], 100) };
}

/** Two convolutions and a dense layer, for a batch of images of the size of a digit. */
export function convnet(batch: number): Problem {
  const model = tf.sequential();
  const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
  model.add(tf.layers.conv2d({ ...convolution, filters: 8, inputShape: [28, 28, 1] }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.conv2d({ ...convolution, filters: 16 }));
  model.add(tf.layers.maxPooling2d({ poolSize: 2 }));
  model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 10 }));
  return { model, ...examples([batch, 28, 28, 1], 10) };
}

/** @returns what takes `times` whole steps on one batch */
export function stepper({ model, x, y }: Problem, optimizer: Optimizer): (times: number) => void {
  const loss = () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true }) as Tensor);
  return (times) => {
    for (let i = 0; i < times; i++) optimizer.minimize(loss as never);
  };
}

function examples(shape: number[], classes: number): Pick<Problem, 'x' | 'y'> {
  const labels = tf.tensor1d(
    Array.from({ length: shape[0] }, (_, i) => i % classes),
    'int32',
  );
  return { x: tf.randomNormal(shape, 0, 1, 'float32', 1), y: tf.cast(tf.oneHot(labels, classes), 'float32') };
}
