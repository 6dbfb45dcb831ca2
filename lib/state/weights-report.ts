/** What became of saved weights, and how a message says it. */
import { describe } from '../arguments/errors.js';

/** What became of weights that were handed over, by the names that `getWeights` gives them. */
export interface WeightsReport {
  /** Written. */
  readonly loaded: readonly string[];
  /** In the state of the optimizer, but not handed over. */
  readonly missing: readonly string[];
  /** Handed over, but not in the state of the optimizer. */
  readonly unexpected: readonly string[];
  /**
   * In both, but with another shape, or numbers that the state cannot hold, or without its fellows; each with the
   * reason.
   */
  readonly misfits: readonly {
    /** As `getWeights` has it. */
    readonly name: string;
    /** The reason, in a sentence. */
    readonly message: string;
  }[];
}

/** Most names in one list of a message. */
const NAMED = 8;

/** What does not fit, as the end of a message; empty where all does. */
export function misfitsText({ missing, unexpected, misfits }: Omit<WeightsReport, 'loaded'>): string {
  const parts = misfits.slice(0, NAMED).map(({ message }) => message);
  if (misfits.length > NAMED) parts.push(`${misfits.length - NAMED} more of that kind`);
  if (missing.length > 0) parts.push(`nothing for ${listOf(missing)}`);
  if (unexpected.length > 0) parts.push(`${listOf(unexpected)}, for which there is no place`);
  return parts.join('; ');
}

function listOf(names: readonly string[]): string {
  const list = names.slice(0, NAMED).map((name) => describe(name));
  if (names.length > NAMED) list.push(`and ${names.length - NAMED} more`);
  return list.join(', ');
}
