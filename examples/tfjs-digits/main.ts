/**
 * Handwritten digits, read by a convolutional network of TensorFlow.js: `npm run example:tfjs-digits`. See README.md.
 */
import { counted, duration, grouped } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run, watch } from '../shared/cli/program.js';
import { first, mnist } from '../shared/digits/mnist.js';
import type { Position } from '../shared/tfjs/train.js';
import { parseOptions, usage } from './options.js';
import { accuracyPicture } from './svg/accuracy-picture.js';
import { misreadPicture } from './svg/misread-picture.js';

const ACCURACY = 'accuracy.svg';
const MISREAD = 'misread.svg';
const CHECKPOINT = 'training.safetensors';

async function main(args: readonly string[]): Promise<void> {
  const began = performance.now();
  const options = parseOptions(args);
  const { epochs, digits, seed, optimizer, out, checkpoints, help } = options;
  if (help) {
    print(usage());
    return;
  }
  const folder = new OutputFolder(out, [ACCURACY, MISREAD, CHECKPOINT]);
  const { training, heldOut } = mnist();
  // Loaded this late so that whoever mistyped an option reads about the option and nothing else.
  const [{ Checkpoints }, { trainToRead }] = await Promise.all([
    import('../shared/cli/checkpoints.js'),
    import('./train.js'),
  ]);
  const saved = new Checkpoints<Position>(folder.pathOf(CHECKPOINT), checkpoints, { epochs, digits, seed });
  print(...saved.notes());
  const { looks, readings } = await watch(trainToRead(first(digits, training), heldOut, options, saved), {
    epochs,
    unit: 'digits',
    heldOut: (accuracy) => `held-out accuracy ${(accuracy * 100).toFixed(2)} %`,
  });
  const steps = `${counted(epochs, 'epoch')} of ${optimizer === 'tf' ? 'tf.train.adamax' : 'Adamax'} steps`;
  const note = `${steps} on ${grouped(digits)} digits, seed ${seed}`;
  folder.write(ACCURACY, accuracyPicture(looks, readings, note));
  folder.write(MISREAD, misreadPicture(readings, heldOut, note));
  const misread = readings.filter(({ label, guess }) => label !== guess);
  print(`misread ${grouped(misread.length)} of ${grouped(readings.length)} that it never saw`);
  print(`${ACCURACY} and ${MISREAD} are in ${out}`, `took ${duration((performance.now() - began) / 1000)}`);
}

await run(main);
