import { bufferOf, byteLengthOf, byteOffsetOf, isResizable } from './typed-arrays.js';

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

/** Whether two arrays share an element. */
export function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean {
  return bufferOf(a) === bufferOf(b) && intersect(regionOf(a), regionOf(b));
}

/**
 * Regions of memory, each with a word for its owner. Two arrays that share an element are told apart by buffer and
 * offset, so two distinct SharedArrayBuffer objects over one block of memory are not seen as one.
 */
export class MemoryRegions {
  readonly #regions = new WeakMap<ArrayBufferLike, (Region & { readonly owner: string })[]>();
  #version = 0;

  /** Changes whenever memory is added: what was found disjoint before may not be any more. */
  get version(): number {
    return this.#version;
  }

  /** Whether `array` lies on a buffer of fixed length that holds nothing registered here: `find` would find nothing. */
  isApart(array: ArrayBufferView): boolean {
    return this.#regions.get(bufferOf(array)) === undefined && !isResizable(array);
  }

  /** The owner of memory registered before that `array` shares an element with. */
  find(array: ArrayBufferView): string | undefined {
    const regions = this.#regions.get(bufferOf(array));
    return regions?.find((region) => intersect(region, regionOf(array)))?.owner;
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
