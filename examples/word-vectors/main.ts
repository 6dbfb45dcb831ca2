/** Word vectors of a whole book, trained by sparse Adamax steps: what `npm start` runs. See README.md beside it. */
import { duration } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { Progress } from '../shared/cli/progress.js';
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
  const result = await watch(data, options);
  print('\nnearest words, by cosine', ...neighbourLines(corpus.vocabulary, result.vectors));
  writeFiles(folder, title, corpus.vocabulary, result, options);
  print('', verdict(result), `${Object.values(FILES).join(', ')} are in ${options.out}`);
  print(`took ${duration((performance.now() - began) / 1000)}`);
}

async function watch(data: TrainingData, options: TrainingOptions): Promise<TrainingResult> {
  // Loaded this late because the library, when it finds no binary, says so on stderr at once; whoever mistyped an
  // option should read about the option and nothing else.
  const [{ isa }, { train }] = await Promise.all([import('adamax/kernels'), import('./training/train.js')]);
  print(`sparse Adamax steps on ${isa()}`);
  const training = train(data, options);
  const progress = new Progress(process.stdout, options.epochs);
  try {
    for (;;) {
      const { done, value } = training.next();
      if (done) return value;
      await progress.show(value);
    }
  } finally {
    progress.close();
  }
}

function print(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}

// Whoever reads through a pipe may have read enough: `npm start | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
