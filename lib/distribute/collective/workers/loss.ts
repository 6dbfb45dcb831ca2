/** Why replicas can exchange nothing any more, as a word of the control memory has it for all of them. */
import { replicaError } from '../../../arguments/errors.js';

/** From 1 on: 0 stands for none. */
const KINDS = ['threw', 'ended', 'closed', 'silent', 'aborted'] as const;
type Kind = (typeof KINDS)[number];

export interface Loss {
  readonly kind: Kind;
  /** Whose, among the replicas of the launch. */
  readonly rank: number;
  /** The exit code where it has ended. */
  readonly code?: number;
}

/** Bits of a kind, a rank and an exit code. */
const [KIND, RANK] = [4, 16];

export function wordOf({ kind, rank, code = 0 }: Loss): number {
  return (KINDS.indexOf(kind) + 1) | (rank << KIND) | ((code & 0xff) << (KIND + RANK));
}

/** undefined for a word of 0 */
export function lossOf(word: number): Loss | undefined {
  if (word === 0) return undefined;
  const kind = KINDS[(word & ((1 << KIND) - 1)) - 1];
  return { kind, rank: (word >>> KIND) & ((1 << RANK) - 1), code: (word >>> (KIND + RANK)) & 0xff };
}

/**
 * What the others are told.
 * @param first - the rank of the launch's first replica among those of all processes
 */
export function errorOf(loss: Loss, first: number): Error {
  const replica = `replica ${first + loss.rank}`;
  const received = {
    threw: `an error in ${replica}`,
    ended: `the end of ${replica}${loss.code === 0 ? '' : ` with code ${loss.code}`}`,
    closed: `a close of ${replica}`,
    silent: `nothing from ${replica} within the time limit`,
    aborted: 'the end of the launch',
  }[loss.kind];
  return replicaError(`every replica must take part in each exchange: received ${received}`);
}
