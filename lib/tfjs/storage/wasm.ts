import type { KernelBackend, Tensor } from '@tensorflow/tfjs-core';
import { assignFresh } from './fresh.js';
import type { Storage } from './storage.js';

/** What is used of `@tensorflow/tfjs-backend-wasm`. To get data that another backend has moves them here. */
interface WasmBackend extends KernelBackend {
  typedArrayFromHeap(tensor: Tensor): Float32Array;
}

export function isWasm(backend: KernelBackend): backend is WasmBackend {
  return typeof (backend as Partial<WasmBackend>).typedArrayFromHeap === 'function';
}

/**
 * Tensors of the wasm backend lie in its heap, where views of them see each change. Its kernels do not: they keep weights
 * that were packed for a tensor as long as it lives.
 */
export function wasmStorage(backend: WasmBackend): Storage {
  const view = (tensor: Tensor) => backend.typedArrayFromHeap(tensor);
  return {
    read: (tensors) => {
      const views = tensors.map(view);
      // Where one of them had to be moved here, the heap may have grown, and the views of the others with it.
      const isWhole = views.every((one) => one.buffer === views[views.length - 1].buffer);
      return isWhole ? views : tensors.map(view);
    },
    assign: (variable, elements) => assignFresh(backend, variable, elements),
  };
}
