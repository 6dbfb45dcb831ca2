/** Handwritten digits, told apart by a network that Adamax trains: `npm run example:classifier`. See README.md. */
import { counted, grouped } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run, watch } from '../shared/cli/program.js';
import { first, mnist } from '../shared/digits/mnist.js';
import { parseOptions, usage } from './options.js';
import { accuracyPicture } from './picture.js';
import type { Position } from './train.js';

const PICTURE = 'accuracy.svg';
const REPORT = 'report.html';
const CHECKPOINT = 'training.safetensors';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const { epochs, digits, seed, out, checkpoints, help } = options;
  if (help) {
    print(usage());
    return;
  }
  const folder = new OutputFolder(out, [PICTURE, REPORT, CHECKPOINT]);
  const { training, heldOut } = mnist();
  // Loaded this late so that whoever mistyped an option does not read first that the library finds no binary.
  const [{ Checkpoints }, { train }] = await Promise.all([
    import('../shared/cli/checkpoints.js'),
    import('./train.js'),
  ]);
  const saved = new Checkpoints<Position>(folder.pathOf(CHECKPOINT), checkpoints, { epochs, digits, seed });
  const picture = { title: 'Handwritten digits', path: folder.pathOf(REPORT) };
  print(...saved.notes(), `${picture.path} follows the training: open it in a browser`);
  const accuracies = await watch(train(first(digits, training), heldOut, options, saved, picture), {
    epochs,
    unit: 'digits',
    heldOut: (accuracy) => `held-out accuracy ${(accuracy * 100).toFixed(2)} %`,
  });
  const note = `${counted(epochs, 'epoch')} of Adamax steps on ${grouped(digits)} digits, seed ${seed}`;
  folder.write(PICTURE, accuracyPicture(accuracies, note));
  print(`${PICTURE} and ${REPORT} are in ${out}`);
}

await run(main);
