import { type Digits, intensities, PIXELS } from './mnist.js';
import type { Network } from './network.js';

/** Gives images by their place, all in the same memory: in float32, they would need four times as much. */
export function imagesOf(images: Uint8Array): (i: number) => Float32Array {
  const image = new Float32Array(PIXELS);
  return (i) => intensities(images.subarray(i * PIXELS, (i + 1) * PIXELS), image);
}

/** How many of the digits from `begin` up to `end` a network tells right. */
export function toldRight(
  network: Network,
  { images, labels }: Digits,
  begin: number = 0,
  end: number = labels.length,
): number {
  const image = imagesOf(images);
  let right = 0;
  for (let i = begin; i < end; i++) if (network.classify(image(i)) === labels[i]) right++;
  return right;
}
