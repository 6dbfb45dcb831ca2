import type { KernelBackend } from '@tensorflow/tfjs-core';
import { floatsOf } from './floats.js';
import { assignFresh } from './fresh.js';
import type { Storage } from './storage.js';

/** What is used of `@tensorflow/tfjs-backend-cpu`. To get data that another backend has moves them here. */
interface CpuBackend extends KernelBackend {
  readonly data: { get(dataId: object): { values: ArrayLike<number>; readonly refCount: number } };
}

export function isCpu(backend: KernelBackend): backend is CpuBackend {
  return typeof (backend as Partial<CpuBackend>).data?.get === 'function';
}

/**
 * Tensors of the cpu backend are arrays of JavaScript, which it hands out to whoever asks for them. So each step puts a new
 * one in the place of the old; where a variable shares its data with others, in a place that is new as well.
 */
export function cpuStorage(backend: CpuBackend): Storage {
  return {
    read: (tensors) => tensors.map(({ dataId }) => floatsOf(backend.data.get(dataId).values)),
    assign: (variable, elements) => {
      const copy = new Float32Array(elements);
      const data = backend.data.get(variable.dataId);
      if (data.refCount === 1) data.values = copy;
      else assignFresh(backend, variable, copy);
      return copy;
    },
    versionOf: ({ dataId }) => backend.data.get(dataId).values,
  };
}
