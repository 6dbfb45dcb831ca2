import type { SumAttrs } from '@tensorflow/tfjs-core';
import { type Infos, sizeOf, type TrainingKernel, zeros } from './kernel.js';

/**
 * Sums along axes. TensorFlow.js 4.22 leaves whatever lay in memory for the sum of nothing, such as the gradient of a bias by
 * a batch without images.
 */
export const sum: TrainingKernel<Infos<'x'>, SumAttrs> = {
  name: 'Sum',
  create:
    (tf, run) =>
    ({ inputs: { x }, attrs, backend }) => {
      if (sizeOf(x.shape) > 0) return run('Sum', backend, { x }, attrs);
      const axes = tf.util.parseAxisParam(attrs.axis, x.shape);
      const [kept] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
      const shape = attrs.keepDims ? tf.backend_util.expandShapeToKeepDim(kept, axes) : kept;
      return zeros(shape, backend, x.dtype === 'float32' ? 'float32' : 'int32');
    },
};
