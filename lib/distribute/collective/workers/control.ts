/** Where what lies in the control memory that all replicas of a launch share: words of 32 bits, 0 at first. */

/** Words from one cache line to the next: what different threads write must not share one. */
const LINE = 16;
/** Lines before those of the replicas. */
const HEAD = 4;

export const CONTROL = {
  /** The round of the barrier, times 2; plus 1 as soon as it is broken for good. */
  round: 0,
  /** How many replicas have arrived in this round. */
  arrived: LINE,
  /** Why the barrier is broken: see loss.ts. */
  loss: 2 * LINE,
  /** `rank`, `size` and `local` of the collective between processes, as the first replica knows them. */
  upperRank: 3 * LINE,
  upperSize: 3 * LINE + 1,
  upperLocal: 3 * LINE + 2,

  /** How many rounds a replica has arrived in. */
  roundsOf: (rank: number) => (HEAD + rank) * LINE,
  /** The number of a replica's thread. */
  threadOf: (rank: number) => (HEAD + rank) * LINE + 1,
  /** Whether a replica reckons with a collective between processes: 1 for no, 2 for yes. */
  modeOf: (rank: number) => (HEAD + rank) * LINE + 2,

  length: (replicas: number) => (HEAD + replicas) * LINE,
} as const;
