import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const PIXELS = 28 * 28;
export const CLASSES = 10;

// Every fifth digit is kept from training.
const HELD_OUT = 5;

const require = createRequire(import.meta.url);

/** Images of handwritten digits: a row of `PIXELS` numbers from 0 to 1 each, and the digit each shows. */
export interface Digits {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** The 10,000 digits of MNIST that the package `mnist` has, in two parts. */
export function digits(): { training: Digits; heldOut: Digits } {
  const all: { image: number[]; label: number }[] = [];
  for (let label = 0; label < CLASSES; label++) {
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${label}.json`), 'utf8'));
    for (let i = 0; i < data.length; i += PIXELS) all.push({ image: data.slice(i, i + PIXELS), label });
  }
  const part = (heldOut: boolean): Digits => {
    const some = all.filter((_, i) => (i % HELD_OUT === 0) === heldOut);
    const images = new Float32Array(some.length * PIXELS);
    some.forEach(({ image }, i) => {
      images.set(image, i * PIXELS);
    });
    return { images, labels: Uint8Array.from(some, ({ label }) => label) };
  };
  return { training: part(false), heldOut: part(true) };
}
