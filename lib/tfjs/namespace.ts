import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

/**
 * TensorFlow.js, as its user has it: the namespace of `@tensorflow/tfjs`, or of `@tensorflow/tfjs-core`, to which
 * `@tensorflow/tfjs-layers` may be added. It is handed in and never imported, since its classes are registered with one
 * copy of it.
 */
export type Tfjs = typeof core & Partial<typeof layers>;

/** A variable of TensorFlow.js, or one of its layers, which has such a variable. */
export type TfjsVariable = core.Variable | layers.LayerVariable;

/** A tensor as TensorFlow.js has it in lists of weights and of gradients. */
export interface NamedTensor {
  name: string;
  tensor: core.Tensor;
}
