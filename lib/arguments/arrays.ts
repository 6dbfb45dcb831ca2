/** Checks of typed arrays that are arguments: their kind, their memory, their length, and what they may not share. */
import { userOf } from '../memory/in-use.js';
import { type MemoryRegions, overlap } from '../memory/regions.js';
import { byteOffsetOf, isDetached, isFloat32Array, isResizable, lengthOf } from '../memory/typed-arrays.js';
import { describe, rangeError, typeError, wrongType } from './errors.js';

/**
 * Throws unless `array` is a Float32Array on memory that stays where it is.
 * Views on SharedArrayBuffers are welcome; who else writes there meanwhile is the caller's business.
 */
export function checkFloat32Array(argument: string, array: unknown): asserts array is Float32Array {
  if (!isFloat32Array(array)) throw wrongType(argument, 'a Float32Array', array);
  checkMemory(argument, array);
}

/** Throws when the memory of a typed array has gone (detached) or may move (resizable, growable). */
export function checkMemory(argument: string, array: ArrayBufferView): void {
  if (isResizable(array)) {
    throw typeError(
      'ERR_ADAMAX_RESIZABLE',
      `${argument} must lie on a buffer of fixed length: received ${describe(array)} on a resizable one`,
    );
  }
  checkAttached(argument, array);
}

/** Throws when the memory of a typed array has gone. */
export function checkAttached(argument: string, array: ArrayBufferView): void {
  if (isDetached(array)) throw detached(argument, array);
}

/** The error for an array that lost its memory, e.g. by transfer to a worker or because a WebAssembly memory grew. */
export function detached(argument: string, array: unknown): TypeError {
  return typeError(
    'ERR_ADAMAX_DETACHED',
    `${argument} must be a view on live memory: received ${describe(array)} on a detached buffer`,
  );
}

/** Throws unless `array` has `expected` elements. */
export function checkLength(argument: string, array: ArrayBufferView, expected: number, like: string): void {
  const length = lengthOf(array);
  if (length === expected) return;
  throw rangeError('ERR_ADAMAX_LENGTH', `${argument} must have ${expected} elements like ${like}: received ${length}`);
}

/** Throws when `a` and `b` share an element. Cheap enough for each call of a bare kernel. */
export function checkDisjoint(nameA: string, a: ArrayBufferView, nameB: string, b: ArrayBufferView): void {
  if (overlap(a, b)) throw shared(nameB, nameA, b);
}

/** Throws when `array` shares an element with one of the regions. */
export function checkApart(argument: string, array: ArrayBufferView, regions: MemoryRegions<string>): void {
  const owner = regions.find(array);
  if (owner !== undefined) throw shared(argument, owner, array);
}

/** Throws when a step off the event loop uses what is to be written, or writes what is to be read. */
export function checkUnused(argument: string, array: ArrayBufferView, writes: boolean): void {
  const owner = userOf(array, writes);
  if (owner !== undefined) throw shared(argument, owner, array);
}

function shared(argument: string, owner: string, array: ArrayBufferView): RangeError {
  return rangeError(
    'ERR_ADAMAX_OVERLAP',
    `${argument} must not share memory with ${owner}: received ${describe(array)} at byte ${byteOffsetOf(array)}`,
  );
}
