import type { KernelBackend } from '@tensorflow/tfjs-core';
import { floatsOf } from './floats.js';
import { assignFresh } from './fresh.js';
import type { Storage } from './storage.js';

/** What is used of `@tensorflow/tfjs-backend-cpu`. To get data that another backend has moves them here. */
interface CpuBackend extends KernelBackend {
  readonly data: { get(dataId: object): { values: ArrayLike<number> } };
}

export function isCpu(backend: KernelBackend): backend is CpuBackend {
  return typeof (backend as Partial<CpuBackend>).data?.get === 'function';
}

/** Tensors of the cpu backend are arrays of JavaScript, which it shares with whoever asks for them. */
export function cpuStorage(backend: CpuBackend): Storage {
  return {
    read: (tensors) => tensors.map(({ dataId }) => floatsOf(backend.data.get(dataId).values)),
    assign: (variable, elements) => assignFresh(backend, variable, elements.slice()),
  };
}
