import {
  Adamax,
  type Gradient,
  IndexedSlices,
  Optimizer,
  optimizers,
  schedules,
  Variable,
  type VariableLike,
} from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

describe("a rule of one's own", () => {
  it('runs on its TypeScript alone, with everything an optimizer has', () => {
    class Signum extends Optimizer {
      constructor(learningRate: number) {
        const rule = {
          name: 'signum',
          slots: ['sign'],
          scalars: 1,
          sweep(
            param: Float32Array,
            out: Float32Array,
            [sign]: readonly Float32Array[],
            at: number,
            grad: Float32Array,
            gradAt: number,
            n: number,
            [rate]: Float32Array,
          ) {
            for (let i = 0; i < n; i++) {
              sign[at + i] = Math.sign(grad[gradAt + i]);
              out[at + i] = param[at + i] - rate * sign[at + i];
            }
          },
        };
        super(rule, 'Signum', { learningRate });
      }
      protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
        scalars[0] = learningRate;
      }
      override getConfig() {
        const { head, rate } = this.baseConfig();
        return { ...head, ...rate };
      }
    }
    const [p, table] = [f32(1, 2), new Variable(f32(0, 0, 0), { shape: [3, 1] })];
    const optimizer = new Signum(0.5);
    const pairs: [Gradient, VariableLike][] = [
      [[-3, 9], p],
      [new IndexedSlices(f32(1, -5), [2, 2]), table],
    ];
    optimizer.applyGradients(pairs);
    expectSameBits(p, f32(1.5, 1.5), 'p');
    expectSameBits(table.data, f32(0, 0, 0.5), 'table');
    expect(optimizer.getSlotNames()).to.deep.equal(['sign']);
  });

  it('is refused, before anything is written, where its class or that of its schedule lacks a method', () => {
    const rule = { name: 'idle', slots: [], scalars: 1, sweep() {} };
    // TypeScript would not have it.
    type Concrete<T> = new (...args: unknown[]) => T;
    const Idle = class Idle extends (Optimizer as unknown as Concrete<object>) {
      constructor() {
        super(rule, 'Idle', { learningRate: 0.1 });
      }
    };
    const Still = class Still extends (schedules.LearningRateSchedule as unknown as Concrete<object>) {};
    const [p, optimizer] = [f32(1), new Idle() as Optimizer];
    const refused = (call: () => unknown, method: string) => {
      const message = new RegExp(`^${method} must be a function: received undefined$`);
      expectError(call, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    };
    refused(() => optimizer.applyGradients([[f32(1), p]]), 'writeScalars of Idle');
    refused(() => optimizer.getConfig(), 'getConfig of Idle');
    refused(() => JSON.stringify(optimizer), 'getConfig of Idle');
    refused(() => optimizers.serialize(optimizer), 'getConfig of Idle');
    const still = new Adamax({ learningRate: new Still() as schedules.LearningRateSchedule });
    refused(() => still.applyGradients([[f32(1), p]]), 'call of Still');
    refused(() => still.currentLearningRate, 'call of Still');
    expect([p[0], optimizer.iterations.item(), still.iterations.item()]).to.deep.equal([1, 0, 0]);
  });
});
