import { type Gradient, IndexedSlices, Optimizer, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';

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
});
