import type { Tensor } from '@tensorflow/tfjs-core';
import type { Sequential } from '@tensorflow/tfjs-layers';
import { expect } from 'chai';
import { tf } from '../peer.js';
import { numbers, onWasm, use } from './support.js';

type Layer = Parameters<Sequential['add']>[0];
const { layers } = tf;
const BATCH = 4;
const STEPS = 6;
/** The greatest difference of two losses, which begin at some tenths and fall. */
const BOUND = 2e-6;

const vector = { inputShape: [7] };
const series = { inputShape: [6, 4] };
const image = { inputShape: [8, 8, 3] };
const volume = { inputShape: [4, 4, 4, 2] };
/** The initializer that recurrent layers have by themselves needs the chained ops of the whole `@tensorflow/tfjs`. */
const recurrent = { units: 5, recurrentInitializer: 'glorotUniform' } as const;
const words = { inputDim: 11, outputDim: 5, inputLength: 6 };
const same = { kernelSize: 3, filters: 4, padding: 'same' } as const;

/** Each kind of layer that has weights, or passes gradients on in a way of its own. A dense layer follows. */
const KINDS: Record<string, () => Layer[]> = {
  dense: () => [layers.dense({ ...vector, units: 17, activation: 'relu' })],
  'prelu and elu': () => [layers.prelu(vector), layers.dense({ units: 5 }), layers.elu()],
  dropout: () => [layers.dropout({ ...vector, rate: 0.5, seed: 3 })],
  batchNormalization: () => [layers.dense({ ...vector, units: 5 }), layers.batchNormalization()],
  layerNormalization: () => [layers.dense({ ...vector, units: 5 }), layers.layerNormalization()],
  conv1d: () => [layers.conv1d({ ...series, ...same })],
  'conv1d with strides': () => [layers.conv1d({ ...series, kernelSize: 2, filters: 3, strides: 2 })],
  conv2d: () => [layers.conv2d({ ...image, ...same, activation: 'relu' }), layers.conv2d(same)],
  'conv2d with strides': () => [layers.conv2d({ ...image, ...same, strides: 2 }), layers.conv2d(same)],
  'conv2d of another order': () => [layers.conv2d({ ...image, ...same, dataFormat: 'channelsFirst' })],
  'conv2d between batch normalizations': () => [
    layers.batchNormalization(image),
    layers.conv2d(same),
    layers.batchNormalization(),
    layers.maxPooling2d({ poolSize: 2 }),
  ],
  conv2dTranspose: () => [layers.conv2dTranspose({ ...image, ...same, strides: 2 }), layers.conv2dTranspose(same)],
  separableConv2d: () => [layers.separableConv2d({ ...image, ...same, depthMultiplier: 2 })],
  depthwiseConv2d: () => [
    layers.depthwiseConv2d({ ...image, kernelSize: 3, padding: 'same' }),
    layers.depthwiseConv2d({ kernelSize: 3, strides: 2 }),
  ],
  'upSampling2d and conv2d': () => [layers.upSampling2d(image), layers.conv2d(same), layers.averagePooling2d({})],
  'zeroPadding2d and cropping2D': () => [
    layers.zeroPadding2d(image),
    layers.conv2d(same),
    layers.cropping2D({ cropping: 1 }),
  ],
  conv3d: () => [
    layers.conv3d({ ...volume, ...same }),
    layers.maxPooling3d({ poolSize: 2 } as never),
    layers.conv3d({ ...same, strides: 2 }),
  ],
  'pooling of series': () => [
    layers.conv1d({ ...series, ...same }),
    layers.maxPooling1d({ poolSize: 2 }),
    layers.globalAveragePooling1d(),
  ],
  'global pooling': () => [layers.conv2d({ ...image, ...same }), layers.globalMaxPooling2d({})],
  simpleRNN: () => [layers.simpleRNN({ ...series, ...recurrent })],
  lstm: () => [layers.lstm({ ...series, ...recurrent, returnSequences: true }), layers.lstm(recurrent)],
  gru: () => [layers.gru({ ...series, ...recurrent })],
  bidirectional: () => [layers.bidirectional({ ...series, layer: layers.gru(recurrent) as never })],
  timeDistributed: () => [layers.timeDistributed({ ...series, layer: layers.dense({ units: 3 }) })],
  convLstm2d: () => [layers.convLstm2d({ inputShape: [3, 6, 6, 2], ...same, ...recurrent })],
  embedding: () => [layers.embedding(words)],
  'embedding and lstm, masked': () => [layers.embedding({ ...words, maskZero: true }), layers.lstm(recurrent)],
};

/** The losses of some steps of `tf.train.adamax`, from the same weights whatever the backend. */
async function lossesOf(kind: Layer[]): Promise<number[]> {
  const model = tf.sequential();
  for (const layer of kind) model.add(layer);
  if (model.outputShape.length > 2) model.add(layers.flatten());
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  const weights = model.getWeights();
  model.setWeights(weights.map((weight, i) => (weight.rank > 1 ? tf.mul(numbers(weight.shape, i + 1), 0.4) : weight)));
  const optimizer = tf.train.adamax(0.01);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });

  const shape = [BATCH, ...(model.inputs[0].shape.slice(1) as number[])];
  const isWords = model.layers[0].getClassName() === 'Embedding';
  const x: Tensor = isWords ? tf.cast(tf.mul(tf.abs(numbers(shape)), words.inputDim), 'int32') : numbers(shape);
  const y = tf.oneHot(tf.tensor1d([0, 1, 2, 1], 'int32'), 3);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) losses.push((await model.trainOnBatch(x, y)) as number);
  return losses;
}

describe('Training of layers on wasm', function () {
  this.timeout(60_000);

  for (const [name, make] of Object.entries(KINDS)) {
    it(`has the losses of the cpu backend: ${name}`, async () => {
      await use('cpu');
      const expected = await lossesOf(make());
      const received = await onWasm(() => lossesOf(make()));
      for (const [step, loss] of expected.entries()) expect(received[step]).to.be.closeTo(loss, BOUND);
      expect(expected[STEPS - 1]).to.be.below(expected[0]);
    });
  }
});
