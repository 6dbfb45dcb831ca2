/** Handwritten digits, told apart by a network that Adamax trains: `npm run example:classifier`. See README.md. */
import { counted } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { UsageError } from '../shared/cli/usage-error.js';
import { digits } from './data.js';
import { parseOptions } from './options.js';
import { accuracyPicture } from './picture.js';
import { type Epoch, train } from './train.js';

const PICTURE = 'accuracy.svg';

function main(args: readonly string[]): void {
  const { epochs, seed, out } = parseOptions(args);
  const folder = new OutputFolder(out, [PICTURE]);
  const { training, heldOut } = digits();
  const course: Epoch[] = [];
  for (const status of train(training, heldOut, epochs, seed)) {
    const { epoch, loss, accuracy } = status;
    console.log(`epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}  held-out accuracy ${percent(accuracy)}`);
    course.push(status);
  }
  folder.write(PICTURE, accuracyPicture(course, `${counted(epochs, 'epoch')} of Adamax steps, seed ${seed}`));
  console.log(`${PICTURE} is in ${out}`);
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
