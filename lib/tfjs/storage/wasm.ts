import type { KernelBackend, Tensor, Variable } from '@tensorflow/tfjs-core';
import { rangeError } from '../../arguments/errors.js';
import { assignFresh } from './fresh.js';
import type { Heap, Storage } from './storage.js';

/** What is used of `@tensorflow/tfjs-backend-wasm`. To get data that another backend has moves them here. */
export interface WasmBackend extends KernelBackend {
  readonly wasm: WasmModule;
  readonly dataIdMap: { get(dataId: object): TensorData };
  typedArrayFromHeap(tensor: Tensor): Float32Array;
  makeOutput(shape: number[], dtype: string, memoryOffset: number): Tensor;
}

interface WasmModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(at: number): void;
  readonly tfjs: {
    registerTensor(id: number, size: number, at: number): void;
    disposeData(id: number): void;
  };
}

interface TensorData {
  readonly id: number;
  readonly refCount: number;
  memoryOffset: number;
}

export function isWasm(backend: KernelBackend): backend is WasmBackend {
  const { typedArrayFromHeap, wasm } = backend as Partial<WasmBackend>;
  return typeof typedArrayFromHeap === 'function' && typeof wasm?.tfjs?.registerTensor === 'function';
}

/** Tensors of the wasm backend lie in its heap. */
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
    versionOf: ({ dataId }) => dataId,
    heap: heapOf(backend),
  };
}

function heapOf(backend: WasmBackend): Heap {
  const { wasm, dataIdMap } = backend;
  let all = new Float32Array(wasm.HEAPU8.buffer);
  return {
    placeOf: ({ dataId }) => dataIdMap.get(dataId).memoryOffset / Float32Array.BYTES_PER_ELEMENT,
    allocate: (size) => {
      const bytes = size * Float32Array.BYTES_PER_ELEMENT;
      // Addresses come as signed numbers, and 0 for none.
      const at = wasm._malloc(bytes) >>> 0;
      if (at === 0 && bytes > 0) {
        throw rangeError(
          'ERR_ADAMAX_MEMORY',
          `the heap of the wasm backend must have ${bytes} more bytes: received none`,
        );
      }
      return at / Float32Array.BYTES_PER_ELEMENT;
    },
    free: (place) => wasm._free(place * Float32Array.BYTES_PER_ELEMENT),
    give: (variable, place) => give(backend, variable, place * Float32Array.BYTES_PER_ELEMENT),
    all: () => {
      if (all.buffer !== wasm.HEAPU8.buffer) all = new Float32Array(wasm.HEAPU8.buffer);
      return all;
    },
  };
}

/**
 * Data that only the variable refers to stays, and gets the other memory. Kernels keep weights that were packed for a tensor
 * under its number as long as it is registered: so it is registered anew.
 */
function give(backend: WasmBackend, variable: Variable, at: number): void {
  const { wasm, dataIdMap } = backend;
  const data = dataIdMap.get(variable.dataId);
  if (data.refCount === 1) {
    wasm.tfjs.disposeData(data.id);
    wasm._free(data.memoryOffset);
    data.memoryOffset = at;
    wasm.tfjs.registerTensor(data.id, variable.size, at);
    return;
  }
  const output = backend.makeOutput(variable.shape, 'float32', at);
  variable.assign(output);
  // The output counts itself as one that refers to the data, and nobody has it any more.
  backend.disposeData(output.dataId);
}
