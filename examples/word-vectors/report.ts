import { change, counted, grouped } from '../shared/cli/format.js';
import type { OutputFolder } from '../shared/cli/output-folder.js';
import { Random } from '../shared/maths/random.js';
import { placeWords } from './map/word-map.js';
import { nearest, unitVectors } from './neighbours.js';
import { lossPicture } from './svg/loss-picture.js';
import { GROUPS, mapPicture } from './svg/map-picture.js';
import type { Corpus } from './text/corpus.js';
import { isContentWord } from './text/stop-words.js';
import type { Vocabulary } from './text/vocabulary.js';
import type { TrainingOptions, TrainingResult } from './training/train.js';
import { vectorsText } from './vectors-file.js';

/** The files a training leaves. */
export const FILES = { vectors: 'vectors.txt', loss: 'loss.svg', map: 'map.svg', report: 'report.html' } as const;

const PROBES = ['whale', 'ahab', 'sea', 'ship', 'captain', 'queequeg', 'harpoon', 'white', 'eyes', 'three'];
const NEIGHBOURS = 6;
const NEIGHBOURS_AMONG = 2000;

// Apart from the sequences the training draws from.
const MAP_STREAM = 2;

/** What is trained on, in a line. */
export function introduction(title: string, { wordCount, vocabulary, minCount }: Corpus): string {
  const words = `${grouped(wordCount)} words`;
  return `${title}: ${words}; the ${grouped(vocabulary.size)} that occur ${minCount} times or more get a vector`;
}

/** A few words with those nearest to them, a line each. */
export function neighbourLines(vocabulary: Vocabulary, vectors: Float32Array): string[] {
  const known = PROBES.filter((word) => vocabulary.idOf(word) !== undefined);
  const content = vocabulary.words.filter(isContentWord);
  const probes = known.length > 0 ? known : (content.length > 0 ? content : vocabulary.words).slice(0, PROBES.length);
  const unit = unitVectors(vectors, vectors.length / vocabulary.size);
  const longest = Math.max(...probes.map((word) => word.length));
  return probes.map((word) => {
    const neighbours = nearest(vocabulary, unit, vocabulary.idOf(word) as number, NEIGHBOURS, NEIGHBOURS_AMONG);
    const list = neighbours.map(({ word: near, cosine }) => `${near} ${cosine.toFixed(2)}`).join('  ');
    return `  ${word.padEnd(longest)}  ${list}`;
  });
}

/** What was learned, by the text kept from training. */
export function verdict({ heldOutLoss }: TrainingResult): string {
  const untrained = heldOutLoss[0].loss;
  const trained = heldOutLoss[heldOutLoss.length - 1].loss;
  return `held-out loss ${trained.toFixed(3)}, untrained ${untrained.toFixed(3)} (${change(untrained, trained)})`;
}

/** Writes the vectors and both pictures. */
export function writeFiles(
  folder: OutputFolder,
  title: string,
  vocabulary: Vocabulary,
  { vectors, trainingLoss, heldOutLoss }: TrainingResult,
  { epochs, dim, window, negative, seed }: TrainingOptions,
): void {
  const settings = [`skip-grams with ${counted(negative, 'negative')}`, `window ${window}`, `${dim} dimensions`];
  const note = [...settings, `${counted(epochs, 'epoch')} of sparse Adamax steps`, `seed ${seed}`].join(', ');
  folder.write(FILES.vectors, vectorsText(vocabulary, vectors));
  folder.write(FILES.loss, lossPicture(trainingLoss, heldOutLoss, `${title}: a word’s company told from chance`, note));
  const words = placeWords(vocabulary, vectors, GROUPS, new Random(seed, MAP_STREAM));
  const heading = `${title}: ${words.length} words by the company they keep`;
  folder.write(FILES.map, mapPicture(words, heading, `${note}; laid out by t-SNE, coloured by k-means`));
}
