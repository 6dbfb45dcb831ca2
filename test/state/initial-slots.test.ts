import { type Config, IndexedSlices, Optimizer, type OptimizerOptions, type Rule, Variable } from 'adamax';
import { expect } from 'chai';
import { statesOf } from '#internals';
import { expectSameBits } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Adds the gradient to each of its slots, and sets the parameter to the sum of the slots. */
const sums: Rule = {
  name: 'sums',
  slots: ['a', 'b', 'c'],
  initial: [0.3, 0, -2],
  scalars: 0,
  sweep(_param, out, [a, b, c], at, grad, gradAt, n) {
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
      for (const slot of [a, b, c]) slot[i] += grad[j];
      out[i] = a[i] + b[i] + c[i];
    }
  },
};

class Sums extends Optimizer {
  constructor(options: OptimizerOptions = {}) {
    super(sums, 'Sums', { learningRate: 1, ...options });
  }
  protected override writeScalars(): void {}
  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate };
  }
}

/** The bfloat16 nearest to 0.3 = 1.2 · 2⁻² is 154/128 · 2⁻² (1.2 · 128 = 153.6): fraction 26, exponent 127 − 2. */
const BFLOAT16 = [(125 << 7) + 26, 0, 0xc000];

/** Packed with others, and with memory of its own. */
const SIZES = [1, 100, 5000];

onEveryImplementation('the initial values of a rule', () => {
  it('fill the slots that a build or a first step makes', () => {
    for (const size of SIZES) {
      const variable = new Variable(new Float32Array(size));
      const optimizer = new Sums();
      optimizer.build([variable]);
      sums.slots.forEach((name, k) => {
        const expected = new Float32Array(size).fill(sums.initial?.[k] ?? NaN);
        expectSameBits(optimizer.getSlot(variable, name).data, expected, name);
      });
      const stepped = new Variable(new Float32Array(size));
      optimizer.applyGradients([[new Float32Array(size).fill(1), stepped]]);
      expectSameBits(optimizer.getSlot(stepped, 'a').data, new Float32Array(size).fill(Math.fround(0.3) + 1), 'a');
      expect(stepped.data[size - 1]).to.be.closeTo(1.3 + 1 - 1, 1e-6);
    }
  });

  it('are rounded to nearest even where slots are bfloat16', () => {
    for (const size of SIZES) {
      const variable = new Variable(new Float32Array(size));
      const optimizer = new Sums({ slotDtype: 'bfloat16' });
      optimizer.build([variable]);
      sums.slots.forEach((name, k) => {
        const { data } = optimizer.getSlot<Uint16Array>(variable, name);
        expect(new Set(data), name).to.deep.equal(new Set([BFLOAT16[k]]));
      });
    }
  });

  it('fill only the stretch that is stepped here, where there is one', () => {
    for (const [slotDtype, value] of [
      ['float32', Math.fround(0.3)],
      ['bfloat16', BFLOAT16[0]],
    ] as const) {
      for (const size of SIZES) {
        const [variable, whole] = [new Variable(new Float32Array(size)), new Variable(new Float32Array(size))];
        const optimizer = new Sums({ slotDtype });
        const [begin, end] = [Math.floor(size / 3), Math.ceil(size / 2)];
        statesOf(optimizer).newSlots.stretchOf = (of) => (of === variable ? { begin, end } : { begin: 0, end: size });
        optimizer.build([variable, whole]);
        const data = (of: Variable, name: string) => Array.from(optimizer.getSlot<Uint16Array>(of, name).data);
        const expected = new Array(size).fill(0).fill(value, begin, end);
        expect(data(variable, 'a'), 'a').to.deep.equal(expected);
        expect(data(variable, 'b'), 'b').to.deep.equal(new Array(size).fill(0));
        expect(data(whole, 'a'), 'a whole').to.deep.equal(new Array(size).fill(value));
        statesOf(optimizer).newSlots.stretchOf = null;
        const later = new Variable(new Float32Array(size));
        optimizer.build([later]);
        expect(data(later, 'a'), 'a later').to.deep.equal(new Array(size).fill(value));
      }
    }
  });

  it('stay in rows that no gradient names, and in slots beside one that addSlot has set', () => {
    const table = new Variable(new Float32Array(3), { shape: [3, 1] });
    const optimizer = new Sums();
    optimizer.addSlot(table, 'b', 'ones');
    optimizer.applyGradients([[new IndexedSlices(Float32Array.of(0.5), [1]), table]]);
    expectSameBits(optimizer.getSlot(table, 'a').data, Float32Array.of(0.3, Math.fround(0.3) + 0.5, 0.3), 'a');
    expectSameBits(optimizer.getSlot(table, 'b').data, Float32Array.of(1, 1.5, 1), 'b');
    expectSameBits(optimizer.getSlot(table, 'c').data, Float32Array.of(-2, -1.5, -2), 'c');
  });
});
