import type { MemoryRegions } from '../memory/regions.js';
import { checkApart, type Label, type Owner } from './labels.js';
import type { VariableState } from './variable-state.js';

/** A variable that was given other memory. */
export interface Move {
  readonly owner: Owner;
  readonly from: Float32Array | BigInt64Array;
  readonly to: Float32Array | BigInt64Array;
  /** Null for the counter. */
  readonly state: VariableState | null;
}

/**
 * Puts the new memory of variables in the place of the old, among what steps write. When it throws, nothing has
 * changed.
 * @throws RangeError `ERR_ADAMAX_OVERLAP` where the new memory is another variable's
 */
export function relocate(written: MemoryRegions<Owner>, moves: readonly Move[], label: Label): void {
  for (const { from } of moves) written.delete(from);
  const placed: Move[] = [];
  try {
    for (const move of moves) {
      checkApart(() => move.owner(label), move.to, written, label);
      written.add(move.owner, move.to);
      placed.push(move);
    }
  } catch (error) {
    for (const { to } of placed) written.delete(to);
    for (const { owner, from } of moves) written.add(owner, from);
    throw error;
  }
}
