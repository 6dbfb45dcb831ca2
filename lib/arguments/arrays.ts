/** Checks of typed arrays that are arguments: their kind, their memory, their length, and what they may not share. */
import { userOf } from '../memory/in-use.js';
import { overlap } from '../memory/regions.js';
import { byteOffsetOf, isDetached, isFloat32Array, isResizable, lengthOf } from '../memory/typed-arrays.js';
import { type Argument, describe, rangeError, textOf, typeError, wrongType } from './errors.js';
import { floatsHint } from './hints.js';

/**
 * Throws unless `array` is a Float32Array on memory that stays where it is.
 * Views on SharedArrayBuffers are welcome; who else writes there meanwhile is the caller's business.
 */
export function checkFloat32Array(argument: Argument, array: unknown): asserts array is Float32Array {
  if (!isFloat32Array(array)) throw wrongType(argument, `a Float32Array${floatsHint(array)}`, array);
  checkMemory(argument, array);
}

/** Throws when the memory of a typed array has gone (detached) or may move (resizable, growable). */
export function checkMemory(argument: Argument, array: ArrayBufferView): void {
  if (isResizable(array)) {
    throw typeError(
      'ERR_ADAMAX_RESIZABLE',
      `${textOf(argument)} must lie on a buffer of fixed length: received ${describe(array)} on a resizable one`,
    );
  }
  checkAttached(argument, array);
}

/** Throws when the memory of a typed array has gone. */
export function checkAttached(argument: Argument, array: ArrayBufferView): void {
  if (isDetached(array)) throw detached(argument, array);
}

/** The error for an array that lost its memory, e.g. by transfer to a worker or because a WebAssembly memory grew. */
export function detached(argument: Argument, array: unknown): TypeError {
  return typeError(
    'ERR_ADAMAX_DETACHED',
    `${textOf(argument)} must be a view on live memory: received ${describe(array)} on a detached buffer`,
  );
}

/** Throws unless `array` has `expected` elements. */
export function checkLength(argument: Argument, array: ArrayBufferView, expected: number, like: string): void {
  const length = lengthOf(array);
  if (length === expected) return;
  checkAttached(argument, array);
  throw rangeError(
    'ERR_ADAMAX_LENGTH',
    `${textOf(argument)} must have ${expected} elements like ${like}: received ${length}`,
  );
}

/** Throws when `a` and `b` share an element. Cheap enough for each call of a bare kernel. */
export function checkDisjoint(nameA: string, a: ArrayBufferView, nameB: string, b: ArrayBufferView): void {
  if (overlap(a, b)) throw shared(nameB, nameA, b);
}

/** Throws when a step off the event loop uses what is to be written, or writes what is to be read. */
export function checkUnused(argument: Argument, array: ArrayBufferView, writes: boolean): void {
  const owner = userOf(array, writes);
  if (owner !== undefined) throw shared(argument, owner, array);
}

/** The error for an array that shares an element with the memory of `owner`. */
export function shared(argument: Argument, owner: string, array: ArrayBufferView): RangeError {
  return rangeError(
    'ERR_ADAMAX_OVERLAP',
    `${textOf(argument)} must not share memory with ${owner}: received ${describe(array)} at byte ${byteOffsetOf(array)}`,
  );
}
