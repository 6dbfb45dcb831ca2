import type { LayersModel } from '@tensorflow/tfjs-layers';
import { CLASSES, SIDE } from '../shared/digits/mnist.js';
import { tf } from '../shared/tfjs/tf.js';

/**
 * Two convolutions, each of which is halved afterwards, and a layer that weighs what they have found. Layers have
 * names, by which what is saved of them is found again.
 */
export function network(seed: number): LayersModel {
  // He et al. 2015: activations keep their variance through a ReLU. Each layer has a seed of its own.
  const kernelInitializer = (layer: number) => tf.initializers.heNormal({ seed: seed * 8 + layer });
  const convolution = { kernelSize: 5, padding: 'same', activation: 'relu' } as const;
  return tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...convolution,
        name: 'strokes',
        filters: 8,
        kernelInitializer: kernelInitializer(1),
        inputShape: [SIDE, SIDE, 1],
      }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.conv2d({ ...convolution, name: 'shapes', filters: 16, kernelInitializer: kernelInitializer(2) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({
        name: 'digits',
        units: CLASSES,
        activation: 'softmax',
        kernelInitializer: kernelInitializer(3),
      }),
    ],
  });
}
