import type { MaxPool3DGradAttrs, MaxPoolGradAttrs } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../namespace.js';
import type { Infos, TrainingKernel } from './kernel.js';
import { maximaOf } from './pool-maxima.js';
import { type PoolWindows, windowsOverImages, windowsOverVolumes } from './pool-windows.js';

/**
 * Gives the gradient of each window to the pixel that was the greatest. TensorFlow.js 4.22 loses that of windows
 * without positive numbers, and takes many times as long.
 */
const gradientOver = <Attrs>(
  name: string,
  windowsOver: (tf: Tfjs, shape: number[], attrs: Attrs) => PoolWindows,
): TrainingKernel<Infos<'dy' | 'input'>, Attrs> => ({
  name,
  create:
    (tf) =>
    ({ inputs: { dy, input }, attrs, backend }) => {
      const windows = windowsOver(tf, input.shape, attrs);
      const out = backend.makeOutput(input.shape, 'float32');
      const maxima = maximaOf(backend.typedArrayFromHeap(input), windows);
      const gradients = backend.typedArrayFromHeap(dy);
      const sums = backend.typedArrayFromHeap(out).fill(0);
      for (let i = 0; i < maxima.length; i++) sums[maxima[i]] += gradients[i];
      return out;
    },
});

export const maxPoolGrad = gradientOver<MaxPoolGradAttrs>('MaxPoolGrad', windowsOverImages);
export const maxPool3dGrad = gradientOver<MaxPool3DGradAttrs>('MaxPool3DGrad', windowsOverVolumes);
