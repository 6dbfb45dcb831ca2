/** Word vectors of a whole book, trained by sparse Adamax steps: what `npm start` runs. See README.md beside it. */
import { duration } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run, watch } from '../shared/cli/program.js';
import { UsageError } from '../shared/cli/usage-error.js';
import { parseOptions, usage } from './cli/options.js';
import { FILES, introduction, neighbourLines, verdict, writeFiles } from './report.js';
import { corpusOf } from './text/corpus.js';
import { book, textFile } from './text/source.js';
import type { TrainingOptions, TrainingResult } from './training/train.js';
import { type TrainingData, trainingDataOf } from './training/training-data.js';

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
  const folder = new OutputFolder(options.out, Object.values(FILES));

  print(introduction(title, corpus));
  const result = await trained(data, options);
  print('\nnearest words, by cosine', ...neighbourLines(corpus.vocabulary, result.vectors));
  writeFiles(folder, title, corpus.vocabulary, result, options);
  print('', verdict(result), `${Object.values(FILES).join(', ')} are in ${options.out}`);
  print(`took ${duration((performance.now() - began) / 1000)}`);
}

async function trained(data: TrainingData, options: TrainingOptions): Promise<TrainingResult> {
  // Loaded this late because the library, when it finds no binary, says so on stderr at once; whoever mistyped an
  // option should read about the option and nothing else.
  const [{ isa }, { train }] = await Promise.all([import('adamax/kernels'), import('./training/train.js')]);
  print(`sparse Adamax steps on ${isa()}`);
  const heldOut = (loss: number): string => `held-out ${loss.toFixed(3)}`;
  return await watch(train(data, options), { epochs: options.epochs, unit: 'words', heldOut });
}

await run(main);
