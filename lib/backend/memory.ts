/**
 * What memory stands behind a typed array, asked in a way that the array's owner cannot bend: an own property or a
 * subclass may redefine `length`, so the accessors of %TypedArray%.prototype are taken once and called on the array.
 * Nor can the property be trusted where nobody redefined it: in Node 20, code that was optimized while it saw arrays on
 * resizable buffers too goes on reading the old length of an array that has been detached.
 */
import { types } from 'node:util';
import { describe, rangeError, typeError, wrongType } from '../errors.js';

const accessor = (name: 'length' | 'buffer' | 'byteOffset' | 'byteLength') => {
  const prototype = Object.getPrototypeOf(Float32Array.prototype) as object;
  return Object.getOwnPropertyDescriptor(prototype, name)?.get as () => unknown;
};

const uncurry = <T>(getter: () => unknown) => Function.prototype.call.bind(getter) as (array: ArrayBufferView) => T;

/** Elements of a typed array; 0 as soon as its buffer has been detached. */
export const lengthOf = uncurry<number>(accessor('length'));
export const bufferOf = uncurry<ArrayBufferLike>(accessor('buffer'));
const byteOffsetOf = uncurry<number>(accessor('byteOffset'));
const byteLengthOf = uncurry<number>(accessor('byteLength'));

export const { isFloat32Array } = types;

/**
 * Throws unless `array` is a Float32Array on memory that stays where it is.
 * Views on SharedArrayBuffers are welcome; who else writes there meanwhile is the caller's business.
 */
export function checkFloat32Array(argument: string, array: unknown): asserts array is Float32Array {
  if (!isFloat32Array(array)) throw wrongType(argument, 'a Float32Array', array);
  checkMemory(argument, array);
}

/** Younger than the ES2022 typings. */
type MaybeResizable = ArrayBufferLike & { readonly resizable?: boolean; readonly growable?: boolean };

/** Throws when the memory of a typed array has gone (detached) or may move (resizable, growable). */
export function checkMemory(argument: string, array: ArrayBufferView): void {
  const buffer = bufferOf(array) as MaybeResizable;
  if (buffer.resizable === true || buffer.growable === true) {
    throw typeError(
      'ERR_ADAMAX_RESIZABLE',
      `${argument} must lie on a buffer of fixed length: received ${describe(array)} on a resizable one`,
    );
  }
  if (lengthOf(array) === 0 && isDetached(buffer)) throw detached(argument, array);
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

function isDetached(buffer: ArrayBufferLike): boolean {
  if (types.isSharedArrayBuffer(buffer)) return false;
  try {
    new Uint8Array(buffer); // ArrayBuffer.prototype.detached is younger than Node 20; a view says it everywhere
    return false;
  } catch {
    return true;
  }
}

/** The bytes [start, end) of a buffer that an array lies on. */
interface Region {
  readonly start: number;
  readonly end: number;
}

function regionOf(array: ArrayBufferView): Region {
  const start = byteOffsetOf(array);
  return { start, end: start + byteLengthOf(array) };
}

const intersect = (a: Region, b: Region) => a.start < b.end && b.start < a.end;

/**
 * Memory that steps write to. Two arrays that share an element are told apart by buffer and offset, so two distinct
 * SharedArrayBuffer objects over one block of memory are not seen as one.
 */
export class WrittenMemory {
  readonly #regions = new WeakMap<ArrayBufferLike, (Region & { readonly owner: string })[]>();
  #version = 0;

  /** Changes whenever memory is added: what was found disjoint before may not be any more. */
  get version(): number {
    return this.#version;
  }

  /** Whether `array` lies on a buffer of fixed length that holds nothing registered here: `check` would find nothing. */
  isApart(array: ArrayBufferView): boolean {
    const buffer = bufferOf(array) as MaybeResizable;
    return this.#regions.get(buffer) === undefined && buffer.resizable !== true && buffer.growable !== true;
  }

  /** Throws when `array` shares an element with memory registered before. */
  check(argument: string, array: ArrayBufferView): void {
    const regions = this.#regions.get(bufferOf(array));
    const found = regions?.find((region) => intersect(region, regionOf(array)));
    if (found !== undefined) throw overlap(argument, found.owner, array);
  }

  add(owner: string, array: ArrayBufferView): void {
    this.#version++;
    const region = { ...regionOf(array), owner };
    const regions = this.#regions.get(bufferOf(array));
    if (regions === undefined) this.#regions.set(bufferOf(array), [region]);
    else regions.push(region);
  }

  /** Undoes `add`. */
  delete(array: ArrayBufferView): void {
    const regions = this.#regions.get(bufferOf(array));
    const { start, end } = regionOf(array);
    const found = regions?.findIndex((region) => region.start === start && region.end === end) ?? -1;
    if (found >= 0) regions?.splice(found, 1);
  }
}

/** Throws when `a` and `b` share an element. Cheap enough for each call of a bare kernel. */
export function checkDisjoint(nameA: string, a: ArrayBufferView, nameB: string, b: ArrayBufferView): void {
  if (bufferOf(a) === bufferOf(b) && intersect(regionOf(a), regionOf(b))) throw overlap(nameB, nameA, b);
}

function overlap(argument: string, owner: string, array: ArrayBufferView): RangeError {
  return rangeError(
    'ERR_ADAMAX_OVERLAP',
    `${argument} must not share memory with ${owner}: received ${describe(array)} at byte ${byteOffsetOf(array)}`,
  );
}
