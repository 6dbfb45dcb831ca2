import type * as core from '@tensorflow/tfjs-core';
import type * as layers from '@tensorflow/tfjs-layers';

/**
 * TensorFlow.js, as its user has it: the namespace of `@tensorflow/tfjs`, or of `@tensorflow/tfjs-core`, to which
 * `@tensorflow/tfjs-layers` may be added. It is handed in and never imported, since its classes are registered with one
 * copy of it.
 */
export type Tfjs = typeof core & Partial<Pick<typeof layers, 'layers' | 'sequential' | 'model' | 'loadLayersModel'>>;
