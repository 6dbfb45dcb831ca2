/** From which chapter is this? A model with a large table of word rows: `npm run example:tfjs-text`. See README.md. */
import { counted, duration, grouped } from '../shared/cli/format.js';
import { OutputFolder } from '../shared/cli/output-folder.js';
import { print, run, watch } from '../shared/cli/program.js';
import type { Position } from '../shared/tfjs/train.js';
import { parseOptions, usage } from './options.js';
import { bookOf } from './passages.js';
import { guessesPicture } from './svg/guesses-picture.js';
import type { Guess } from './train.js';

const PICTURE = 'guesses.svg';
const CHECKPOINT = 'training.safetensors';
const EXAMPLES = 5;

async function main(args: readonly string[]): Promise<void> {
  const began = performance.now();
  const options = parseOptions(args);
  const { epochs, rows, dim, chapters, seed, optimizer, out, checkpoints, help } = options;
  if (help) {
    print(usage());
    return;
  }
  const folder = new OutputFolder(out, [PICTURE, CHECKPOINT]);
  const book = bookOf(chapters);
  // Loaded this late so that whoever mistyped an option reads about the option and nothing else.
  const [{ Checkpoints }, { trainToTell }] = await Promise.all([
    import('../shared/cli/checkpoints.js'),
    import('./train.js'),
  ]);
  const settings = { epochs, rows, dim, chapters, seed };
  const saved = new Checkpoints<Position>(folder.pathOf(CHECKPOINT), checkpoints, settings);
  const sizes = `${grouped(book.training.length)} passages of Moby Dick, a table of ${grouped(rows)} × ${dim}`;
  print(sizes, ...saved.notes());
  const guesses = await watch(trainToTell(book, options, saved), {
    epochs,
    unit: 'passages',
    heldOut: (accuracy) => `held-out accuracy ${(accuracy * 100).toFixed(1)} %`,
  });
  print('\nof the passages that it never saw', ...examplesOf(guesses, book.titles), '');
  const steps = `${counted(epochs, 'epoch')} of ${optimizer === 'tf' ? 'tf.train.adamax' : 'sparse Adamax'} steps`;
  folder.write(
    PICTURE,
    guessesPicture(guesses, book.titles, `${steps}, a table of ${grouped(rows)} × ${dim}, seed ${seed}`),
  );
  print(`${PICTURE} is in ${out}`, `took ${duration((performance.now() - began) / 1000)}`);
}

/** Those of which the model is the surest, each of another chapter. */
function examplesOf(guesses: readonly Guess[], titles: readonly string[]): string[] {
  const surest = [...guesses].sort((a, b) => b.confidence - a.confidence);
  const ofChapters = new Map(surest.map((guess) => [guess.guess, guess] as const).reverse());
  return [...ofChapters.values()]
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, EXAMPLES)
    .map(({ words, chapter, guess, confidence }) => {
      const truth = chapter === guess ? '' : `, but it is “${titles[chapter]}”`;
      return `  …${words.slice(0, 12).join(' ')}…\n    “${titles[guess]}” (${(confidence * 100).toFixed(0)} %)${truth}`;
    });
}

await run(main);
