/** Word vectors of a whole book, trained by sparse Adamax steps: what `npm start` runs. See README.md beside it. */
import { createHash } from 'node:crypto';
import { duration } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run, watch } from '../shared/cli/program.js';
import { UsageError } from '../shared/cli/usage-error.js';
import { parseOptions, usage } from './cli/options.js';
import { FILES, introduction, neighbourLines, verdict, writeFiles } from './report.js';
import { corpusOf } from './text/corpus.js';
import { book, textFile } from './text/source.js';
import type { Position } from './training/train.js';
import { trainingDataOf } from './training/training-data.js';

// Beside the files that are for others.
const CHECKPOINT = 'training.safetensors';

async function main(args: readonly string[]): Promise<void> {
  const began = performance.now();
  const options = parseOptions(args);
  if (options.help) {
    print(usage());
    return;
  }
  const { title, text } = options.text === undefined ? book() : textFile(options.text);
  const corpus = corpusOf(text);
  const data = trainingDataOf(corpus, options.window, options.negative);
  if (data === undefined) {
    const frequent = `${corpus.vocabulary.size} different ones that occur ${corpus.minCount} times`;
    throw new UsageError(`--text has too few words to train on, ${frequent}`, String(options.text));
  }
  const folder = new OutputFolder(options.out, [...Object.values(FILES), CHECKPOINT]);

  // Loaded this late because the library, when it finds no binary, says so on stderr at once; whoever mistyped an
  // option should read about the option and nothing else.
  const [{ isa }, { Checkpoints }, { train }] = await Promise.all([
    import('adamax/kernels'),
    import('../shared/cli/checkpoints.js'),
    import('./training/train.js'),
  ]);
  const { epochs, dim, window, negative, seed, slots } = options;
  const settings = { epochs, dim, window, negative, seed, slots, text: `${title} (SHA-256 ${digestOf(text)})` };
  const checkpoints = new Checkpoints<Position>(folder.pathOf(CHECKPOINT), options.checkpoints, settings);

  print(introduction(title, corpus), `sparse Adamax steps on ${isa()}`, ...checkpoints.notes());
  const picture = { title: `${title}: word vectors`, path: folder.pathOf(FILES.report) };
  print(`${picture.path} follows the training: open it in a browser`);
  const result = await watch(train(data, options, checkpoints, picture), {
    epochs,
    unit: 'words',
    heldOut: (loss) => `held-out ${loss.toFixed(3)}`,
  });
  print('\nnearest words, by cosine', ...neighbourLines(corpus.vocabulary, result.vectors));
  writeFiles(folder, title, corpus.vocabulary, result, options);
  print('', verdict(result), `${Object.values(FILES).join(', ')} are in ${options.out}`);
  print(`took ${duration((performance.now() - began) / 1000)}`);
  print('for a training of your own: npm install adamax, and docs/getting-started.md');
}

// So much of it tells texts apart, and can be read in a line.
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

await run(main);
