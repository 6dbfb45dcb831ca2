import { PIECE } from './sum-squares.js';

/**
 * Numbers that both sides of the border must agree on. The addon exports its own (native/binding/contract.h); an addon
 * with other numbers was made for another version of this package.
 */
export const CONTRACT = {
  /** This number is raised by one whenever a call of the addon changes its meaning. */
  version: 11,
  /**
   * Places in the control array of a plan: the entries of a step, whether their gradients must be finite (1 or 0), …
   */
  controlFirst: 0,
  controlCount: 1,
  controlFinite: 2,
  /** Set to 1 by a run that has stepped its entries; whoever asks for a run sets it to 0. */
  controlDone: 3,
  controlSets: 4,
  /** Places within a set. */
  setClipnorm: 0,
  setClipvalue: 1,
  setDither: 2,
  setScalars: 3,
  /** What calls return beside the places of bad indices; `nonFinite - entry` for a gradient that is not finite. */
  allGood: -1,
  outOfMemory: -2,
  nonFinite: -3,
  /** Most threads a step may use. */
  mostThreads: 256,
  /** Elements of a piece (sum-squares.ts), of which stretches consist. */
  piece: PIECE,
} as const;

export type Contract = Readonly<Record<keyof typeof CONTRACT, number>>;

/** Length of a control array for `sets` sets of `scalars` scalars. */
export function controlLength(sets: number, scalars: number): number {
  return CONTRACT.controlSets + sets * (CONTRACT.setScalars + scalars);
}

/** Where set `set` begins in a control array. */
export function controlSet(set: number, scalars: number): number {
  return CONTRACT.controlSets + set * (CONTRACT.setScalars + scalars);
}
