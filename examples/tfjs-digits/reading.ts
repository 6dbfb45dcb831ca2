import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CLASSES, type Digits, intensities, PIXELS, SIDE } from '../shared/digits/mnist.js';
import { tf } from '../shared/tfjs/tf.js';

const BATCH = 500;

/** What a network takes a digit for. */
export interface Reading {
  /** Where the digit is among those that were read. */
  readonly index: number;
  readonly label: number;
  readonly guess: number;
  /** The probability that the network gives to its guess. */
  readonly confidence: number;
}

/** Images as a network takes them. */
export function imagesOf(pixels: Uint8Array): Tensor {
  return tf.tensor4d(intensities(pixels), [pixels.length / PIXELS, SIDE, SIDE, 1]);
}

/** Reads digits, some hundred at a time. */
export function read(model: LayersModel, { images, labels }: Digits): Reading[] {
  const readings: Reading[] = [];
  for (let begin = 0; begin < labels.length; begin += BATCH) {
    const end = Math.min(begin + BATCH, labels.length);
    const scores = tf.tidy(() =>
      (model.predict(imagesOf(images.subarray(begin * PIXELS, end * PIXELS))) as Tensor).dataSync(),
    );
    for (let index = begin; index < end; index++) {
      const own = scores.subarray((index - begin) * CLASSES, (index - begin + 1) * CLASSES);
      const confidence = Math.max(...own);
      readings.push({ index, label: labels[index], guess: own.indexOf(confidence), confidence });
    }
  }
  return readings;
}

/** The fraction that was read right. */
export function accuracyOf(readings: readonly Reading[]): number {
  return readings.filter(({ label, guess }) => label === guess).length / readings.length;
}
