import type { DataId, KernelBackend } from '@tensorflow/tfjs-core';
import type { Variable } from '../variables/variable.js';
import type { Tfjs } from './namespace.js';

/**
 * Where tables are that do not enter the memory of a backend: in that of the Variables that stand for them. TensorFlow.js
 * takes it for a backend, of which it asks elements only: whoever computes with such a tensor has it moved to where he does.
 */
export interface TableRoom extends KernelBackend {
  /** Takes in data, which is what the Variable has at the time somebody asks. */
  put(dataId: DataId, variable: Variable): void;
  has(dataId: DataId): boolean;
}

export function createTableRoom(tf: Tfjs): TableRoom {
  return new (class extends tf.KernelBackend implements TableRoom {
    readonly #tables = new Map<DataId, { readonly variable: Variable; count: number }>();

    put(dataId: DataId, variable: Variable): void {
      this.#tables.set(dataId, { variable, count: 1 });
    }

    has(dataId: DataId): boolean {
      return this.#tables.has(dataId);
    }

    /** A copy, since the elements change at each step, and a tensor that was read does not. */
    override readSync(dataId: DataId): Float32Array {
      return (this.#tables.get(dataId) as { variable: Variable }).variable.data.slice();
    }

    override async read(dataId: DataId): Promise<Float32Array> {
      return this.readSync(dataId);
    }

    override refCount(dataId: DataId): number {
      return this.#tables.get(dataId)?.count ?? 0;
    }

    override incRef(dataId: DataId): void {
      const table = this.#tables.get(dataId);
      if (table !== undefined) table.count++;
    }

    override disposeData(dataId: DataId, force = false): boolean {
      const table = this.#tables.get(dataId);
      if (table === undefined) return true;
      table.count--;
      if (!force && table.count > 0) return false;
      this.#tables.delete(dataId);
      return true;
    }

    override numDataIds(): number {
      return this.#tables.size;
    }

    override floatPrecision(): 16 | 32 {
      return 32;
    }
  })() as unknown as TableRoom;
}
