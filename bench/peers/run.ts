/** One measurement of the race, and the contestants that its tables compare with. */
import type { Outcome } from '../measure.js';
import type { Case } from './cases.js';

export const OURS = 'adamax';
export const JS = 'JS loop';
export const TRAFFIC = 'memory traffic';

/** A case by so many threads. */
export interface Run {
  readonly case: Case;
  readonly threads: number;
  readonly outcome: Outcome;
}

export const threadsOf = (count: number): string => (count === 1 ? '1 thread' : `${count} threads`);
export const caseName = ({ case: { name }, threads }: Run): string => `${name}, ${threadsOf(threads)}`;

/** Where the smallest ratio of a rival to ours is, and which; null where none of them ran. */
export function leastOf(runs: readonly Run[], rivals: readonly string[]): { ratio: number; where: string } | null {
  let least = null;
  for (const run of runs) {
    for (const name of rivals.filter((rival) => run.outcome.has(rival))) {
      const ratio = run.outcome.ratio(name, OURS).median;
      if (least === null || ratio < least.ratio) least = { ratio, where: `${name}, ${caseName(run)}` };
    }
  }
  return least;
}
