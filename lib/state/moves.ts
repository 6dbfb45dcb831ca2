import { checkApart } from '../arguments/arrays.js';
import type { MemoryRegions } from '../memory/regions.js';
import type { VariableState } from './variable-state.js';

/** A variable that was given other memory. */
export interface Move {
  readonly name: string;
  readonly from: Float32Array | BigInt64Array;
  readonly to: Float32Array | BigInt64Array;
  /** Null for the counter. */
  readonly state: VariableState | null;
}

/**
 * Puts the new memory of variables in the place of the old, among what steps write. When it throws, nothing has changed.
 * @throws RangeError `ERR_ADAMAX_OVERLAP` where the new memory is another variable's
 */
export function relocate(written: MemoryRegions<string>, moves: readonly Move[]): void {
  for (const { from } of moves) written.delete(from);
  const placed: Move[] = [];
  try {
    for (const move of moves) {
      checkApart(move.name, move.to, written);
      written.add(move.name, move.to);
      placed.push(move);
    }
  } catch (error) {
    for (const { to } of placed) written.delete(to);
    for (const { name, from } of moves) written.add(name, from);
    throw error;
  }
}
