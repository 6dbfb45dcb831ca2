/** Clipping, from the text of the numeric contract. */
import { sumOfSquares } from '../../support/oracle.js';
import { round } from './round.js';

export interface Bounds {
  readonly clipnorm: number | undefined;
  readonly clipvalue: number | undefined;
}

/** What each value of a gradient goes through; null where it stays as it is. */
export function clipOf(values: Float32Array, { clipnorm, clipvalue }: Bounds): ((g: number) => number) | null {
  let factor = 1;
  if (clipnorm !== undefined) {
    const norm = Math.sqrt(sumOfSquares(values));
    factor = norm <= clipnorm ? 1 : round(clipnorm / norm);
  }
  if (factor === 1 && clipvalue === undefined) return null;
  const bound = clipvalue === undefined ? Number.POSITIVE_INFINITY : round(clipvalue);
  return (g) => {
    const scaled = round(g * factor);
    if (scaled > bound) return bound;
    return scaled < -bound ? -bound : scaled;
  };
}
