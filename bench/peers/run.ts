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
