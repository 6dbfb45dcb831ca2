import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createTfjs, type EmbeddingClass } from 'adamax/tfjs';
import { tf } from '../shared/tfjs/tf.js';
import type { TrainingOptions } from '../shared/tfjs/train.js';
import { FEATURES } from './features.js';

/** The mean of the rows of a passage, and a layer that weighs it for each chapter. */
export function modelOf(
  rows: number,
  dim: number,
  chapters: number,
  { seed, optimizer }: Pick<TrainingOptions, 'seed' | 'optimizer'>,
): LayersModel {
  const table = {
    name: 'table',
    inputDim: rows,
    outputDim: dim,
    inputLength: FEATURES,
    embeddingsInitializer: tf.initializers.randomUniform({ minval: -1 / dim, maxval: 1 / dim, seed: 2 * seed + 1 }),
  };
  const Embedding = createTfjs(tf).Embedding as EmbeddingClass;
  // The layer of TensorFlow.js would do as well for our Adamax; its table has to fit into the heap of the backend.
  const embedding = optimizer === 'tf' ? tf.layers.embedding(table) : new Embedding(table);
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 2 * seed + 2 });
  return tf.sequential({
    layers: [
      embedding,
      tf.layers.globalAveragePooling1d(),
      tf.layers.dense({ name: 'chapters', units: chapters, activation: 'softmax', kernelInitializer }),
    ],
  });
}
