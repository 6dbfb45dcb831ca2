import type { KernelBackend, Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * Puts elements under a variable that its backend has never seen. `assign` looks at nothing but data, shape and dtype of
 * a tensor, and counts itself as one that refers to the data: so no tensor has to be made, tracked and disposed of, which
 * takes longer than the step of a small variable.
 */
export function assignFresh(backend: KernelBackend, variable: Variable, elements: Float32Array): object {
  const { shape } = variable;
  const dataId = {};
  backend.move(dataId, elements, shape, 'float32', 0);
  variable.assign({ dataId, shape, dtype: 'float32' } as Tensor);
  return dataId;
}
