import { bufferOf, byteLengthOf, byteOffsetOf, isResizableBuffer } from './typed-arrays.js';

/** Whether two arrays share an element. */
export function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  if (bufferOf(a) !== bufferOf(b)) return false;
  const startA = byteOffsetOf(a);
  const startB = byteOffsetOf(b);
  return (
    startA < startB + byteLengthOf(b) && startB < startA + byteLengthOf(a) && byteLengthOf(a) * byteLengthOf(b) > 0
  );
}

/**
 * The regions of one buffer, none of which share a byte, in ascending order: a question takes the logarithm of their
 * number, and hardly any time when it is asked of one place after another, as the views of a step are.
 */
class BufferRegions<Owner> {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly owners: Owner[] = [];
  /** The place of the last answer, from which the next search sets out. */
  #near = 0;

  /** The first region that ends behind `byte`; the number of regions where none does. */
  firstBehind(byte: number): number {
    const { ends } = this;
    let low = 0;
    let high = ends.length;
    const near = this.#near;
    if (near < high) {
      if (ends[near] <= byte) {
        low = near + 1;
        if (low < high && ends[low] > byte) high = low;
      } else {
        high = near;
        if (near > 0 && ends[near - 1] <= byte) low = near;
      }
    } else if (high > 0 && ends[high - 1] <= byte) {
      low = high;
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle] <= byte) low = middle + 1;
      else high = middle;
    }
    this.#near = low;
    return low;
  }
}

/**
 * Regions of memory with their owners, no two of which share a byte. Arrays that share an element are told apart by
 * buffer and offset, so two distinct SharedArrayBuffer objects over one block of memory are not seen as one.
 */
export class MemoryRegions<Owner> {
  #regions = new WeakMap<ArrayBufferLike, BufferRegions<Owner>>();
  #version = 0;

  /** Changes with each region that comes or goes: what was found disjoint before may not be any more. */
  get version(): number {
    return this.#version;
  }

  /** The owner of the first region that `array` shares an element with. */
  find(array: ArrayBufferView): Owner | undefined {
    const regions = this.#regions.get(bufferOf(array));
    return regions === undefined ? undefined : ownerWithin(regions, array);
  }

  /** The owner of the region that is exactly the memory of `array`. */
  at(array: ArrayBufferView): Owner | undefined {
    const regions = this.#regions.get(bufferOf(array));
    const start = byteOffsetOf(array);
    const i = regions?.firstBehind(start) ?? 0;
    const same = regions?.starts[i] === start && regions.ends[i] === start + byteLengthOf(array);
    return same ? regions.owners[i] : undefined;
  }

  /** Whether `array` lies on a buffer of fixed length and shares no element with any region. */
  isApart(array: ArrayBufferView): boolean {
    const buffer = bufferOf(array);
    if (isResizableBuffer(buffer)) return false;
    const regions = this.#regions.get(buffer);
    return regions === undefined || ownerWithin(regions, array) === undefined;
  }

  /** Adds a region that shares no byte with another. One without bytes is left out: nothing can share it. */
  add(owner: Owner, array: ArrayBufferView): void {
    this.#version++;
    const start = byteOffsetOf(array);
    const end = start + byteLengthOf(array);
    if (start === end) return;
    const buffer = bufferOf(array);
    let regions = this.#regions.get(buffer);
    if (regions === undefined) {
      regions = new BufferRegions();
      this.#regions.set(buffer, regions);
    }
    const i = regions.firstBehind(start);
    regions.starts.splice(i, 0, start);
    regions.ends.splice(i, 0, end);
    regions.owners.splice(i, 0, owner);
  }

  /** Adds a region that may share bytes with others: they become one, which keeps the owner of the first. */
  cover(owner: Owner, array: ArrayBufferView): void {
    const first = this.find(array);
    if (first === undefined) {
      this.add(owner, array);
      return;
    }
    const regions = this.#regions.get(bufferOf(array)) as BufferRegions<Owner>;
    const start = byteOffsetOf(array);
    const end = start + byteLengthOf(array);
    const i = regions.firstBehind(start);
    let behind = i;
    while (behind < regions.starts.length && regions.starts[behind] < end) behind++;
    const union = [Math.min(start, regions.starts[i]), Math.max(end, regions.ends[behind - 1])];
    regions.starts.splice(i, behind - i, union[0]);
    regions.ends.splice(i, behind - i, union[1]);
    regions.owners.splice(i, behind - i, first);
  }

  /** Forgets all regions. */
  clear(): void {
    this.#version++;
    this.#regions = new WeakMap();
  }

  /** Undoes `add`. */
  delete(array: ArrayBufferView): void {
    this.#version++;
    const buffer = bufferOf(array);
    const regions = this.#regions.get(buffer);
    const start = byteOffsetOf(array);
    const end = start + byteLengthOf(array);
    const i = regions?.firstBehind(start) ?? 0;
    if (regions === undefined || start === end || regions.starts[i] !== start || regions.ends[i] !== end) return;
    regions.starts.splice(i, 1);
    regions.ends.splice(i, 1);
    regions.owners.splice(i, 1);
    if (regions.starts.length === 0) this.#regions.delete(buffer);
  }
}

function ownerWithin<Owner>(regions: BufferRegions<Owner>, array: ArrayBufferView): Owner | undefined {
  const start = byteOffsetOf(array);
  const end = start + byteLengthOf(array);
  const i = regions.firstBehind(start);
  return i < regions.starts.length && regions.starts[i] < end && start < end ? regions.owners[i] : undefined;
}
