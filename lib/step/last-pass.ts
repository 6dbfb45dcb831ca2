/**
 * Which arrays the last pass of a step asks, right before the backend is called, and how. It runs nothing that a user
 * could have replaced: an element of a typed array is undefined as soon as its memory has gone, whatever prototypes say.
 */
import { append } from '../memory/built-ins.js';
import { lengthOf } from '../memory/typed-arrays.js';
import type { Entry } from './entry.js';

/**
 * All that is to be asked where the backend knows every gradient by its address; null where it does not.
 * @param owned - what the step reads or writes whatever its gradients
 */
export function arraysOf(owned: readonly Float32Array[], entries: readonly Entry[]): ArrayBufferView[] | null {
  const arrays: ArrayBufferView[] = [];
  for (let i = 0; i < owned.length; i++) append(arrays, owned[i] as ArrayBufferView);
  for (let i = 0; i < entries.length; i++) {
    const { state, direct, rows } = entries[i];
    if (state.size === 0) continue;
    if (direct !== null) append(arrays, direct as ArrayBufferView);
    else if (rows !== null && lengthOf(rows.indices) > 0 && state.rowLength > 0) {
      append(arrays, rows.values as ArrayBufferView);
      append(arrays, rows.indices as ArrayBufferView);
    } else return null;
  }
  return arrays;
}

/** Whether the memory of each is there; none is without elements. */
export function areWhole(arrays: readonly ArrayBufferView[]): boolean {
  const asked = arrays as readonly Float32Array[];
  for (let i = 0; i < asked.length; i++) if (asked[i][0] === undefined) return false;
  return true;
}

/** The same of all gradients that the backend knows by their addresses. */
export function haveGradients(entries: readonly Entry[]): boolean {
  for (let i = 0; i < entries.length; i++) {
    const { direct, rows } = entries[i];
    if (direct !== null) {
      if (direct[0] === undefined && entries[i].state.size > 0) return false;
    } else if (rows !== null && entries[i].slices > 0) {
      if (rows.indices[0] === undefined) return false;
      if (rows.values[0] === undefined && entries[i].state.rowLength > 0) return false;
    }
  }
  return true;
}

/** The same of what stretches are stepped by. */
export function haveStretches(entries: readonly Entry[]): boolean {
  for (let i = 0; i < entries.length; i++) {
    const { stretch } = entries[i];
    if (stretch === null || stretch.gradient === null || stretch.begin === stretch.end) continue;
    if (stretch.gradient[0] === undefined) return false;
  }
  return true;
}
