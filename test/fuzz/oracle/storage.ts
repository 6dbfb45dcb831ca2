/** How a slot is stored, from the text of the numeric contract. */
import { dithered, nearest } from '../../support/bfloat16.js';

export type SlotMemory = Float32Array | Uint16Array;

const cell = new Float32Array(1);
const bits = new Uint32Array(cell.buffer);

/** The number that a bfloat16 pattern stands for. */
export function widened(pattern: number): number {
  bits[0] = pattern * 65536;
  return cell[0];
}

/** The pattern of the bfloat16 nearest to a number, which is rounded to binary32 first. */
export function pattern(x: number): number {
  cell[0] = x;
  cell[0] = nearest(cell[0]);
  // A NaN is quiet: its upper half has this bit.
  if (Number.isNaN(cell[0])) return 0x7fc0;
  return Math.floor(bits[0] / 65536);
}

export function newSlot(dtype: 'float32' | 'bfloat16', size: number): SlotMemory {
  return dtype === 'float32' ? new Float32Array(size) : new Uint16Array(size);
}

export function read(slot: SlotMemory, i: number): number {
  return slot instanceof Float32Array ? slot[i] : widened(slot[i]);
}

/** Stores what somebody assigns. */
export function store(slot: SlotMemory, i: number, x: number): void {
  slot[i] = slot instanceof Float32Array ? x : pattern(x);
}

/** Stores what a step has made, dithered by its word. */
export function storeStepped(slot: SlotMemory, i: number, x: number, word: number): void {
  // What is dithered is a bfloat16 already, so that its nearest is itself.
  slot[i] = slot instanceof Float32Array ? x : pattern(dithered(x, word));
}
