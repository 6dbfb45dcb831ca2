import type { Tensor, Variable } from '@tensorflow/tfjs-core';

/** Where a backend of TensorFlow.js has the elements of its float32 tensors. */
export interface Storage {
  /** The elements of tensors: to be read at once, since what is allocated next may move them, and not to be written. */
  read(tensors: readonly Tensor[]): Float32Array[];
  /**
   * Gives a variable other elements, in memory of their own: whoever shares its old ones keeps them.
   * @returns its version from now on
   */
  assign(variable: Variable, elements: Float32Array): object;
  /** An object that is another one as soon as somebody else has assigned to the variable. */
  versionOf(variable: Variable): object;
  /** Where all tensors lie in one array. */
  readonly heap?: Heap;
}

/** The one array in which a backend has all its tensors. Places in it are told in elements. */
export interface Heap {
  /** Where a tensor begins. Data of another backend is moved here. */
  placeOf(tensor: Tensor): number;
  /** New memory of a number of elements, until `free` or `give`. @throws RangeError `ERR_ADAMAX_MEMORY` */
  allocate(size: number): number;
  free(place: number): void;
  /** Gives a variable the elements that lie in memory of `allocate`, which is its own from now on. */
  give(variable: Variable, place: number): void;
  /** All elements. The next allocation may take it away. */
  all(): Float32Array;
}
