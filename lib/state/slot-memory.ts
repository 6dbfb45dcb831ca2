import { rangeError } from '../arguments/errors.js';
import type { SlotArray, SlotDtype } from '../backend/backend.js';
import { backend } from '../backend/choose-backend.js';
import { append, frozen } from '../memory/built-ins.js';
import { bufferOf, newFloats } from '../memory/typed-arrays.js';

const FORMATS = { float32: Float32Array, bfloat16: Uint16Array } as const;
/** Bytes of a cache line and of a page. */
const LINE = 64;
const PAGE = 4096;
/** Slots of variables below this size share buffers, which begin small and double up to `LARGEST_CHUNK` bytes. */
const SMALL = 4096;
const SMALLEST_CHUNK = 4096;
const LARGEST_CHUNK = 256 * 1024;

/** The slots of one variable: zeros, all on one buffer, which those of others may share. */
export interface Slots {
  readonly arrays: readonly SlotArray[];
  /** A view that is whole as long as the slots are. */
  readonly memory: Float32Array;
}

/** Of a rule without slots: there is nothing whose memory could go. */
const NO_SLOTS: Slots = { arrays: frozen([]), memory: newFloats(1) };

/**
 * Lays slots out for the sweep that reads and writes them. Small ones lie one after another, each at the beginning of a
 * cache line. Large arrays of an allocator all begin at the same place of a page; a processor that compares only those
 * low bits of two addresses then takes the load of one array for a load behind the store to another, and waits. So
 * large slots are spread over the page, counted from where the parameter begins.
 *
 * Nothing is written here: a table costs memory only for the pages that steps touch.
 */
export class SlotMemory {
  /** Where buffers come from. Whoever replaces it hands out zeros, on buffers of fixed length. */
  allocator: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes);
  readonly #format: typeof Float32Array | typeof Uint16Array;
  /** All of the buffer that small slots share at present. */
  #chunk: Float32Array = new Float32Array(0);
  #used = 0;

  constructor(dtype: SlotDtype) {
    this.#format = FORMATS[dtype];
  }

  /** `count` slots for a parameter of `size` elements. @throws RangeError `ERR_ADAMAX_MEMORY` */
  allocate(param: Float32Array, size: number, count: number): Slots {
    if (count === 0) return NO_SLOTS;
    return size < SMALL ? this.#packed(size, count) : this.#spread(param, size, count);
  }

  #packed(size: number, count: number): Slots {
    const stride = Math.max(1, Math.ceil((size * this.#format.BYTES_PER_ELEMENT) / LINE)) * LINE;
    if (this.#used + count * stride > this.#chunk.byteLength) {
      const doubled = Math.min(2 * this.#chunk.byteLength, LARGEST_CHUNK);
      this.#chunk = this.#allocated(Math.max(SMALLEST_CHUNK, doubled, count * stride + LINE), size);
      this.#used = (LINE - (backend().pageOffset(this.#chunk) % LINE)) % LINE;
    }
    const begin = this.#used;
    this.#used += count * stride;
    return this.#slots(this.#chunk, begin, stride, size, count);
  }

  #spread(param: Float32Array, size: number, count: number): Slots {
    const shift = Math.floor(PAGE / (count + 1) / LINE) * LINE;
    const stride = Math.ceil((size * this.#format.BYTES_PER_ELEMENT) / PAGE) * PAGE + shift;
    const memory = this.#allocated(count * stride + PAGE, size);
    const wanted = backend().pageOffset(param) + shift;
    const begin = (((wanted - backend().pageOffset(memory)) % PAGE) + PAGE) % PAGE;
    return this.#slots(memory, begin, stride, size, count);
  }

  #slots(memory: Float32Array, begin: number, stride: number, size: number, count: number): Slots {
    const Format = this.#format;
    const arrays: SlotArray[] = [];
    for (let k = 0; k < count; k++) {
      append(arrays, new Format(bufferOf(memory) as ArrayBuffer, begin + k * stride, size));
    }
    return { arrays: frozen(arrays), memory };
  }

  /** A whole buffer, of at least so many bytes. */
  #allocated(bytes: number, size: number): Float32Array {
    try {
      return new Float32Array(this.allocator(Math.ceil(bytes / 4) * 4));
    } catch {
      throw rangeError('ERR_ADAMAX_MEMORY', `slots must fit in memory: received a variable of ${size} elements`);
    }
  }
}
