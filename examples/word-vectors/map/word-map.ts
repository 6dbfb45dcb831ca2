import type { Random } from '../../shared/maths/random.js';
import { unitVectors } from '../neighbours.js';
import { isContentWord } from '../text/stop-words.js';
import type { Vocabulary } from '../text/vocabulary.js';
import { clusters } from './clusters.js';
import { tsne } from './tsne.js';

const MOST_WORDS = 300;
const FEWEST_WORDS = 10;

/** A word's place in the plane, arbitrary units, and the group it belongs to. */
export interface PlacedWord {
  readonly word: string;
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly group: number;
}

/** Places the most frequent content words in a plane, near words of like meaning. */
export function placeWords(
  vocabulary: Vocabulary,
  vectors: Float32Array,
  groups: number,
  random: Random,
): PlacedWord[] {
  const ids = frequentContentWords(vocabulary);
  const dim = vectors.length / vocabulary.size;
  const chosen = new Float32Array(ids.length * dim);
  ids.forEach((id, i) => {
    chosen.set(vectors.subarray(id * dim, (id + 1) * dim), i * dim);
  });
  const unit = unitVectors(chosen, dim);
  const plane = tsne(unit, dim);
  const group = clusters(unit, dim, groups, random);
  return ids.map((id, i) => ({
    word: vocabulary.words[id],
    count: vocabulary.counts[id],
    x: plane[2 * i],
    y: plane[2 * i + 1],
    group: group[i],
  }));
}

function frequentContentWords({ words }: Vocabulary): number[] {
  const content = [...words.keys()].filter((id) => isContentWord(words[id]));
  // A text all of stop words, or in a script the list does not know, still gets a map.
  return (content.length >= FEWEST_WORDS ? content : [...words.keys()]).slice(0, MOST_WORDS);
}
