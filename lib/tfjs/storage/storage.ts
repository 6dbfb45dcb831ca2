import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** Where a backend of TensorFlow.js has the elements of its float32 tensors. */
export interface Storage {
  /** The elements of tensors: to be read at once, since what is allocated next may move them, and not to be written. */
  read(tensors: readonly Tensor[]): Float32Array[];
  /** Gives a variable other elements, in memory of their own: whoever shares its old ones keeps them. */
  assign(variable: Variable, elements: Float32Array): void;
}
