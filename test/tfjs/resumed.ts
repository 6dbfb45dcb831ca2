/**
 * Trains a model, saves it after each step and goes on from what was saved:
 * `node resumed.js <backend> <way> <file> <steps> [slowly]`. The way is that of TensorFlow.js ('model') or `adamax/checkpoint`
 * ('checkpoint'). Prints the number of steps after each, which slowly leaves whoever reads it the time to kill the process.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { schedules } from 'adamax';
import { load, save } from 'adamax/checkpoint';
import { createTfjs, type TfjsOptimizer } from 'adamax/tfjs';
import { tf } from './peer.js';

const [backend, way, file, steps, slowly] = process.argv.slice(2);
const { Adamax, Embedding, commit, enableWasmTraining, variablesOf } = createTfjs(tf);
enableWasmTraining();
await tf.setBackend(backend);

function made(): LayersModel {
  const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      new Embedding({ inputDim: 50, outputDim: 6, inputLength: 4, embeddingsInitializer: seeded(1) }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 5, activation: 'tanh', kernelInitializer: seeded(2) }),
      tf.layers.dense({ units: 1, kernelInitializer: seeded(3) }),
    ],
  });
  return compiled(model, newOptimizer());
}

function newOptimizer(): TfjsOptimizer {
  const learningRate = new schedules.ExponentialDecay({ initialLearningRate: 0.02, decaySteps: 3, decayRate: 0.9 });
  return new Adamax({ learningRate, clipnorm: 1, slotDtype: 'bfloat16' });
}

function compiled(model: LayersModel, optimizer: TfjsOptimizer): LayersModel {
  model.compile({ optimizer, loss: 'meanSquaredError' });
  return model;
}

const optimizerOf = (model: LayersModel) => model.optimizer as TfjsOptimizer;

/** Writes a file whole or not at all, as `adamax/checkpoint` does. */
function write(bytes: Uint8Array): void {
  writeFileSync(`${file}.part`, bytes);
  renameSync(`${file}.part`, file);
}

const ways: Record<string, { save(model: LayersModel): unknown; resume(): Promise<LayersModel> }> = {
  model: {
    async save(model) {
      const handler = tf.io.withSaveHandler(async (artifacts) => {
        write(serialize({ ...artifacts }));
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
      });
      await model.save(handler, { includeOptimizer: true });
    },
    async resume() {
      const model = await tf.loadLayersModel(tf.io.fromMemory(deserialize(readFileSync(file))));
      return compiled(model, optimizerOf(model));
    },
  },
  checkpoint: {
    save: (model) => save(file, { optimizer: optimizerOf(model).core, variables: variablesOf(model) }),
    async resume() {
      const model = made();
      const variables = variablesOf(model);
      load(file, { optimizer: optimizerOf(model).core, variables });
      commit(variables);
      return model;
    },
  },
};

const model = existsSync(file) ? await ways[way].resume() : made();
while (model.optimizer.iterations < Number(steps)) {
  const step = model.optimizer.iterations;
  const words = Array.from({ length: 8 }, (_, i) => [0, 1, 2, 3].map((k) => (7 * step + 3 * i + 11 * k) % 50));
  const [x, y] = [tf.tensor2d(words), tf.tensor2d(words.map(([first]) => [first / 50]))] as Tensor[];
  await model.trainOnBatch(x, y);
  await ways[way].save(model);
  console.log(model.optimizer.iterations);
  if (slowly) await setTimeout(150);
}
process.stderr.write(
  Buffer.from(Float32Array.from(model.getWeights().flatMap((one) => [...one.dataSync()])).buffer).toString('hex'),
);
