import type { Vocabulary } from './text/vocabulary.js';

/** A word and the cosine of the angle between its vector and another's. */
export interface Neighbour {
  readonly word: string;
  readonly cosine: number;
}

/** Vectors scaled to length 1, so that a dot product is a cosine. A vector of zeros stays what it is. */
export function unitVectors(vectors: Float32Array, dim: number): Float64Array {
  const unit = Float64Array.from(vectors);
  for (let row = 0; row < unit.length; row += dim) {
    let square = 0;
    for (let d = row; d < row + dim; d++) square += unit[d] * unit[d];
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let d = row; d < row + dim; d++) unit[d] *= scale;
  }
  return unit;
}

/**
 * The words nearest to a word by cosine.
 * @param among how many of the most frequent words to look at: a vector known from few contexts lies near anything
 */
export function nearest(
  vocabulary: Vocabulary,
  unit: Float64Array,
  id: number,
  howMany: number,
  among: number,
): Neighbour[] {
  const dim = unit.length / vocabulary.size;
  const found: Neighbour[] = [];
  for (let other = 0; other < Math.min(among, vocabulary.size); other++) {
    if (other === id) continue;
    let cosine = 0;
    for (let d = 0; d < dim; d++) cosine += unit[id * dim + d] * unit[other * dim + d];
    found.push({ word: vocabulary.words[other], cosine });
  }
  // Sorting is stable: of equals, the more frequent word comes first.
  return found.sort((a, b) => b.cosine - a.cosine).slice(0, howMany);
}
