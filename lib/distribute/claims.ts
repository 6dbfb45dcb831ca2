/** What replicas must say the same of before they do something together. */
import { type Hash, hashOf } from './steps/hash.js';

/** One thing that all replicas must say the same of. */
export interface Claim {
  /** Completes "replicas must agree on …". */
  readonly about: string;
  /** A number that stands for it: equal numbers mean agreement. */
  readonly value: number;
  /** What a message shows of it, unless there are parts; by default the number. */
  readonly shown?: () => string;
  /** What it is made up of, so that a message can tell where the difference is. Replicas may have other numbers of them. */
  readonly parts?: () => readonly ClaimPart[];
}

/** One of several things that a claim is about. */
export interface ClaimPart {
  readonly value: number;
  readonly shown: string;
  /** What this replica calls it. */
  readonly label: string;
}

/**
 * The claim that the items of a list are the same, one by one.
 * @param into - adds an item to a hash
 * @param label - what a message calls the item at a place
 */
export function eachOf<T>(
  about: string,
  list: readonly T[],
  into: (hash: Hash, item: T) => void,
  shown: (item: T) => string,
  label: (place: number) => string,
): Claim {
  return {
    about,
    value: hashOf(list, into),
    parts: () => list.map((item, i) => ({ value: hashOf([item], into), shown: shown(item), label: label(i) })),
  };
}
