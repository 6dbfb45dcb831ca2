/** Trains a model of TensorFlow.js, as a user's strict program would. It is compiled, never run. */
import * as core from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { type Adamax, schedules, type Variable } from 'adamax';
import { load, save } from 'adamax/checkpoint';
import { createTfjs, type TfjsOptimizer } from 'adamax/tfjs';

const tf = { ...core, ...layers };
const {
  Adamax: NativeAdamax,
  commit,
  embeddingLookup,
  enableWasmTraining,
  GradientTape,
  SGD,
  variablesOf,
} = createTfjs(tf);
createTfjs(core).Adamax.className.trim();
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
export const optimizer: TfjsOptimizer<Adamax> = new NativeAdamax({ learningRate: 0.1, clipnorm: 1 }).constrain(model);
model.compile({ optimizer, loss: 'meanSquaredError' });
model.compile({
  optimizer: new SGD(new schedules.CosineDecay({ initialLearningRate: 0.1, decaySteps: 10 })),
  loss: 'meanSquaredError',
});

const v = tf.variable(tf.zeros([4, 2]));
const loss = () => tf.sum(v) as core.Scalar;
export const cost: core.Scalar | null = optimizer.minimize(loss, true, [v as core.Variable]);
export const steps: number = optimizer.minimize(loss, () => [v, model.trainableWeights]);
optimizer.applyGradients([[tf.zeros([4, 2]), v]]);
optimizer.applyGradients({ [v.name]: tf.zeros([4, 2]) });
export const slot: Variable = optimizer.core.getSlot(v, 'm');
export const tape = new GradientTape();
export const rows: core.Tensor = embeddingLookup(v, [1, 2]);
enableWasmTraining().disable();

const variables = variablesOf(model);
save('training.safetensors', { optimizer: optimizer.core, variables });
load('training.safetensors', { optimizer: optimizer.core, variables });
commit(variables);
