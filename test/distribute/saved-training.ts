import { Adamax, type Gradient, type OptimizerOptions, Variable } from 'adamax';
import type { Strategy } from 'adamax/distribute';
import { Random } from '../support/data.js';

/**
 * A small one, which every replica keeps whole; one of two stretches; one whose slots take several pieces of a file; and
 * a table of rows so long that one replica has it all.
 */
const SHAPES = [[5], [70_001], [3 * 65_536 + 5], [3, 23_001]];
const NOISE = new Random(3).normals(1009);
export const LEARNING_RATE = 0.125;

/** A replica, or one process that does all by itself: both come to the same bits. */
export class Training {
  readonly list: Variable[];
  readonly optimizer: Adamax;
  readonly #replicas: number;

  /** @param strategy - null for one process by itself */
  constructor(strategy: Strategy | null, options: OptimizerOptions = {}) {
    this.#replicas = strategy?.numReplicasInSync ?? 1;
    const make = () => new Adamax({ learningRate: LEARNING_RATE, ...options });
    this.optimizer = strategy === null ? make() : strategy.scope(make);
    this.list = SHAPES.map((shape, i) => {
      const size = shape.reduce((a, b) => a * b);
      const data = Float32Array.from({ length: size }, (_, k) => NOISE[(3 * k + i) % NOISE.length]);
      return new Variable(data, { shape, name: `v${i}` });
    });
  }

  get content(): { optimizer: Adamax; variables: Variable[] } {
    return { optimizer: this.optimizer, variables: this.list };
  }

  /** A power of two of replicas sums parts of as many to the very number. */
  get pairs(): [Gradient, Variable][] {
    return this.list.map((variable, i) => {
      const gradient = variable.data.map((p, k) => (p * 0.5 + NOISE[(k + 7 * i) % NOISE.length]) / this.#replicas);
      return [gradient, variable];
    });
  }

  step(count = 1): this {
    for (let i = 0; i < count; i++) this.optimizer.applyGradients(this.pairs);
    return this;
  }

  stepAsync(): Promise<number> {
    return this.optimizer.applyGradientsAsync(this.pairs);
  }

  slots(): Float32Array[] {
    return this.optimizer
      .getSlotNames()
      .flatMap((name) => this.list.map((variable) => this.optimizer.getSlot(variable, name).data as Float32Array));
  }
}

/** Steps of all replicas. */
export async function stepTogether(all: readonly Training[], count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.all(all.map((training) => training.stepAsync()));
}
