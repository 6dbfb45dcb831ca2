import type { MaxPool3DAttrs } from '@tensorflow/tfjs-core';
import { wrongValue } from '../../arguments/errors.js';
import type { Infos, TrainingKernel } from './kernel.js';
import { maximaOf } from './pool-maxima.js';
import { windowsOverVolumes } from './pool-windows.js';

/** The greatest of each window. TensorFlow.js 4.22 gives zero for a window without positive numbers. */
export const maxPool3d: TrainingKernel<Infos<'x'>, MaxPool3DAttrs> = {
  name: 'MaxPool3D',
  create:
    (tf) =>
    ({ inputs: { x }, attrs, backend }) => {
      if (attrs.dataFormat !== 'NDHWC') throw wrongValue('dataFormat', "'NDHWC' on the wasm backend", attrs.dataFormat);
      const windows = windowsOverVolumes(tf, x.shape, attrs);
      const out = backend.makeOutput(windows.outShape, x.dtype);
      const values = backend.typedArrayFromHeap(x);
      const maxima = maximaOf(values, windows);
      const pooled = backend.typedArrayFromHeap(out);
      for (let i = 0; i < maxima.length; i++) pooled[i] = values[maxima[i]];
      return out;
    },
};
