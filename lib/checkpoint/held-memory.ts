import { beginUse, endUse, type MemoryUser } from '../memory/in-use.js';
import type { TypedArray } from '../memory/node-util.js';
import { MemoryRegions } from '../memory/regions.js';
import { bufferOf, byteLengthOf, byteOffsetOf } from '../memory/typed-arrays.js';
import type { PictureTensor } from './content/picture.js';
import { newArray, WIDTHS } from './format/dtype.js';

/** What is not worth waiting for. The counter of a step is among it, for which nobody asks before it is written. */
const SMALL = 4096;

/** A tensor whose numbers stay what they were: in the array that holds them, or else in a copy. */
interface Held {
  readonly tensor: PictureTensor;
  array: TypedArray;
}

/**
 * The memory of a state that is saved while the training goes on. Whoever is about to write some of it asks first, as
 * all of this package do; then what has not been saved of it is copied, and the way is free. So what is saved is of one
 * moment, and a training that waits for it costs no memory.
 */
export class HeldMemory implements MemoryUser {
  readonly isLost = false;
  readonly #held = new Map<PictureTensor, Held>();
  readonly #regions = new MemoryRegions<Held>();

  constructor(tensors: readonly PictureTensor[]) {
    for (const tensor of tensors) {
      const held: Held = { tensor, array: tensor.array };
      this.#held.set(tensor, held);
      // Regions share no byte: of two tensors that do, one is copied at once.
      if (byteLengthOf(tensor.array) <= SMALL || this.#regions.find(tensor.array) !== undefined) copy(held);
      else this.#regions.add(held, tensor.array);
    }
  }

  begin(): void {
    beginUse(this);
  }

  end(): void {
    endUse(this);
  }

  /** Where the numbers of a tensor are. */
  arrayOf(tensor: PictureTensor): TypedArray {
    return (this.#held.get(tensor) as Held).array;
  }

  /** Says that a tensor has been saved. */
  drop(tensor: PictureTensor): void {
    const held = this.#held.get(tensor) as Held;
    if (held.array === tensor.array) this.#regions.delete(tensor.array);
    this.#held.delete(tensor);
  }

  ownerOf(array: ArrayBufferView, writes: boolean): string | undefined {
    if (!writes) return undefined;
    for (let held = this.#regions.find(array); held !== undefined; held = this.#regions.find(array)) {
      try {
        copy(held);
      } catch {
        return `'${held.tensor.canonical}', which saveAsync has not saved, and for a copy of which there is no memory`;
      }
      this.#regions.delete(held.tensor.array);
    }
    return undefined;
  }
}

/** Of a slot that is spread over replicas, the pages of the others stay untouched. */
function copy(held: Held): void {
  const { dtype, elements, array, shard } = held.tensor;
  const copied = newArray(dtype, elements);
  const [begin, end] = [shard?.begin ?? 0, shard?.end ?? elements].map((element) => element * WIDTHS[dtype]);
  bytesOf(copied).subarray(begin, end).set(bytesOf(array).subarray(begin, end));
  held.array = copied;
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(bufferOf(array), byteOffsetOf(array), byteLengthOf(array));
}
