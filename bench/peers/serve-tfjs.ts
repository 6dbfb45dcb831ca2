/**
 * tf.train.adamax of TensorFlow.js, backend cpu or wasm. It is no dependency: it comes from the folder of the rivals.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { BETA1, BETA2, EPSILON, LEARNING_RATE } from '../problem.js';
import { generator } from '../random.js';
import type { Check, Layout } from './protocol.js';
import { type Served, serve } from './serve.js';

/** What is used of TensorFlow.js. */
interface Tensor {
  dataSync(): Float32Array;
  dispose(): void;
}
interface TensorFlow {
  version: { tfjs: string };
  tensor(values: Float32Array, shape: number[], dtype: 'float32'): Tensor;
  variable(initial: Tensor, trainable: boolean, name: string): Tensor;
  train: {
    adamax(rate: number, beta1: number, beta2: number, epsilon: number): Tensor & { applyGradients(g: object): void };
  };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
}

const [folder, backend] = process.argv.slice(2);
const require = createRequire(join(folder, 'package.json'));

class TensorFlowJs implements Served {
  readonly #tf: TensorFlow;
  #optimizer: ReturnType<TensorFlow['train']['adamax']> | undefined;
  #params: Tensor[] = [];
  #gradients: Record<string, Tensor> = {};

  constructor(tf: TensorFlow) {
    this.#tf = tf;
  }

  open({ shapes }: Layout): string[] {
    const random = generator(1);
    const sizes = shapes.map((shape) => shape.reduce((size, length) => size * length));
    this.#layOut(shapes, (i) => new Float32Array(sizes[i]).map(() => 0.5 + random() / 2), LEARNING_RATE);
    this.#setGradients(shapes, (i) => {
      return new Float32Array(sizes[i]).map(() => {
        const x = random();
        return x < 0.5 ? x - 0.6 : x;
      });
    });
    this.run(1);
    return [backend];
  }

  run(times: number): void {
    for (let i = 0; i < times; i++) this.#optimizer?.applyGradients(this.#gradients);
  }

  check({ shapes, learningRate, params, gradients }: Check): number[][] {
    this.#layOut(shapes, (i) => Float32Array.from(params[i]), learningRate);
    for (const step of gradients) {
      this.#setGradients(shapes, (i) => Float32Array.from(step[i]));
      this.run(1);
    }
    return this.#params.map((param) => [...param.dataSync()]);
  }

  close(): void {
    for (const tensor of [this.#optimizer, ...this.#params, ...Object.values(this.#gradients)]) tensor?.dispose();
    this.#optimizer = undefined;
    this.#params = [];
    this.#gradients = {};
  }

  #layOut(shapes: Layout['shapes'], param: (i: number) => Float32Array, learningRate: number): void {
    this.#params = shapes.map((shape, i) => {
      const initial = this.#tf.tensor(param(i), [...shape], 'float32');
      const variable = this.#tf.variable(initial, true, `p${i}`);
      initial.dispose();
      return variable;
    });
    this.#optimizer = this.#tf.train.adamax(learningRate, BETA1, BETA2, EPSILON);
  }

  #setGradients(shapes: Layout['shapes'], gradient: (i: number) => Float32Array): void {
    for (const tensor of Object.values(this.#gradients)) tensor.dispose();
    this.#gradients = Object.fromEntries(
      shapes.map((shape, i) => [`p${i}`, this.#tf.tensor(gradient(i), [...shape], 'float32')]),
    );
  }
}

await serve(async () => {
  const tf = require('@tensorflow/tfjs') as TensorFlow;
  if (backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void };
    wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
  await tf.ready();
  return { served: new TensorFlowJs(tf), greeting: { version: `tfjs ${tf.version.tfjs}`, threads: 1 } };
});
