import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import { cpuStorage, isCpu } from './cpu.js';
import { portableStorage } from './portable.js';
import type { Storage } from './storage.js';
import { isWasm, wasmStorage } from './wasm.js';

export type { Heap, Storage } from './storage.js';

/** Gives the storage of the backend that is in force at each call: users may change it at any time. */
export function storageOf(tf: Tfjs): () => Storage {
  const known = new WeakMap<KernelBackend, Storage>();
  return () => {
    const { backend } = tf.engine();
    let storage = known.get(backend);
    if (storage === undefined) {
      storage = choose(tf, backend);
      known.set(backend, storage);
    }
    return storage;
  };
}

function choose(tf: Tfjs, backend: KernelBackend): Storage {
  if (isWasm(backend)) return wasmStorage(backend);
  return tf.findBackend('cpu') === backend && isCpu(backend) ? cpuStorage(backend) : portableStorage(tf);
}
