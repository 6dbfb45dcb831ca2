/** Handwritten digits, read by a network that many cores train: `npm run example:distributed`. See README.md. */
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run } from '../shared/cli/program.js';
import { parseOptions, usage } from './options.js';

const CHECKPOINT = 'training.safetensors';

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  if (options.help) {
    print(usage());
    return;
  }
  const path = new OutputFolder(options.out, [CHECKPOINT]).pathOf(CHECKPOINT);
  // Loaded this late so that whoever mistyped an option does not read first that the library finds no binary.
  const [{ trainOnce }, { showAll }] = await Promise.all([import('./once.js'), import('./tour.js')]);
  const { kind } = options;
  if (kind === undefined) await showAll(options, path);
  else await trainOnce({ ...options, kind }, path);
}

await run(main);
