/** A training small enough to be saved and spoilt at every bit, and everything of it that a refused file must leave. */
import { Adamax, type Optimizer, Variable } from 'adamax';
import { type LoadOptions, toBytes } from 'adamax/checkpoint';
import { f32 } from '../support/data.js';

export class Scene {
  readonly w = new Variable(f32(1, -0, 3), { name: 'w' });
  readonly b = new Variable(f32(5, 6, 7, 8), { name: 'b', shape: [2, 2] });
  readonly rows = Int32Array.of(1, -2);
  readonly optimizer: Optimizer;

  constructor(optimizer: Optimizer = new Adamax({ learningRate: 0.5 })) {
    this.optimizer = optimizer;
  }

  step(k = 1): void {
    this.optimizer.applyGradients([
      [f32(k, -1, 2), this.w],
      [f32(1, 2, 3, k), this.b],
    ]);
  }

  /** What is saved, and what is loaded into. */
  get content(): LoadOptions & { extra: { rows: Int32Array } } {
    return { optimizer: this.optimizer, variables: [this.w, this.b], extra: { rows: this.rows } };
  }

  /** Memory to the bit, hyperparameters, and which slots there are. */
  state(): string {
    const weights = this.optimizer.getWeights().map(({ name, dtype, shape, data }) => [name, dtype, shape, bits(data)]);
    const arrays = [this.w.data, this.b.data, this.rows].map(bits);
    return JSON.stringify([this.optimizer.getConfig(), this.optimizer.getSlotNames(), weights, arrays]);
  }
}

export function bits(array: ArrayBufferView): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');
}

/** Bytes of a scene after some steps, with a learning rate that another one begins without. */
export function savedScene(steps = 2): Uint8Array {
  const scene = new Scene(new Adamax({ learningRate: 0.25 }));
  for (let k = 1; k <= steps; k++) scene.step(k);
  return toBytes({ ...scene.content, extra: { rows: Int32Array.of(7, 8), epoch: 3 } });
}
