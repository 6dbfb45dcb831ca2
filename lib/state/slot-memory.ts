import { rangeError } from '../arguments/errors.js';
import type { SlotArray, SlotDtype } from '../backend/backend.js';
import { backend } from '../backend/choose-backend.js';

const FORMATS = { float32: Float32Array, bfloat16: Uint16Array } as const;
/** Bytes of a cache line and of a page. */
const LINE = 64;
const PAGE = 4096;
/** Slots of variables below this size share buffers, which begin small and double up to `LARGEST_CHUNK` bytes. */
const SMALL = 4096;
const SMALLEST_CHUNK = 4096;
const LARGEST_CHUNK = 256 * 1024;

/** The slots of one variable: zeros, all on one buffer. */
export interface Slots {
  readonly arrays: readonly SlotArray[];
  /** A view that is whole as long as the slots are. */
  readonly memory: Float32Array;
}

/**
 * Lays slots out for the sweep that reads and writes them. Small ones lie one after another, each at the beginning of a
 * cache line. Large arrays of an allocator all begin at the same place of a page; a processor that compares only those
 * low bits of two addresses then takes the load of one array for a load behind the store to another, and waits. So large
 * slots are spread over the page, counted from where the parameter begins.
 *
 * Nothing is written here: a table costs memory only for the pages that steps touch.
 */
export class SlotMemory {
  readonly #format: typeof Float32Array | typeof Uint16Array;
  #chunk = new ArrayBuffer(0);
  #used = 0;

  constructor(dtype: SlotDtype) {
    this.#format = FORMATS[dtype];
  }

  /** `count` slots of as many elements as `param` has. @throws RangeError `ERR_ADAMAX_MEMORY` */
  allocate(param: Float32Array, size: number, count: number): Slots {
    if (count === 0) return { arrays: [], memory: param };
    return size < SMALL ? this.#packed(size, count) : this.#spread(param, size, count);
  }

  #packed(size: number, count: number): Slots {
    const stride = Math.max(1, Math.ceil((size * this.#format.BYTES_PER_ELEMENT) / LINE)) * LINE;
    if (this.#used + count * stride > this.#chunk.byteLength) {
      const doubled = Math.min(2 * this.#chunk.byteLength, LARGEST_CHUNK);
      this.#chunk = new ArrayBuffer(Math.max(SMALLEST_CHUNK, doubled, count * stride + LINE));
      this.#used = (LINE - (pageOffset(this.#chunk) % LINE)) % LINE;
    }
    const begin = this.#used;
    this.#used += count * stride;
    const buffer = this.#chunk;
    return this.#slots(buffer, begin, stride, size, count);
  }

  #spread(param: Float32Array, size: number, count: number): Slots {
    const shift = Math.floor(PAGE / (count + 1) / LINE) * LINE;
    const stride = Math.ceil((size * this.#format.BYTES_PER_ELEMENT) / PAGE) * PAGE + shift;
    const buffer = allocated(count * stride + PAGE, size);
    const wanted = backend().pageOffset(param) + shift;
    const begin = (((wanted - pageOffset(buffer)) % PAGE) + PAGE) % PAGE;
    return this.#slots(buffer, begin, stride, size, count);
  }

  #slots(buffer: ArrayBuffer, begin: number, stride: number, size: number, count: number): Slots {
    const Format = this.#format;
    const arrays = Array.from({ length: count }, (_, k) => new Format(buffer, begin + k * stride, size));
    return { arrays, memory: new Float32Array(buffer, begin, 1) };
  }
}

function pageOffset(buffer: ArrayBuffer): number {
  return backend().pageOffset(new Float32Array(buffer, 0, 1));
}

function allocated(bytes: number, size: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes);
  } catch {
    throw rangeError('ERR_ADAMAX_MEMORY', `slots must fit in memory: received a variable of ${size} elements`);
  }
}
