import { Adagrad, Adamax, type NdArray, type Optimizer, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { dithered, ditherOf, nearest } from '../support/bfloat16.js';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type State, stepDense } from '../support/oracle.js';
import { snapshot } from '../support/snapshot.js';

type Format = 'float32' | 'bfloat16';

const SIZE = 37;
const LEARNING_RATE = 0.01;

/** What the contract makes of a run whose slots are of one format for five steps, and of another for five more. */
function contract(start: Float32Array, gradients: readonly Float32Array[], formats: readonly [Format, Format]): State {
  const state = { param: start.slice(), m: new Float32Array(SIZE), u: new Float32Array(SIZE) };
  const store = (format: Format, round: (x: number) => number) => {
    if (format === 'float32') return;
    for (const slot of [state.m, state.u]) slot.set(slot.map(round));
  };
  gradients.forEach((gradient, k) => {
    if (k === 5) store(formats[1], nearest);
    const alpha = LEARNING_RATE / (1 - 0.9 ** (k + 1));
    // Powers by repeated squaring differ from these in float64 only, of which float32 keeps nothing here.
    stepDense(state, gradient, { oneMinusBeta1: 1 - 0.9, beta2: 0.999, alpha, epsilon: 1e-7 });
    store(formats[k < 5 ? 0 : 1], (x) => dithered(x, ditherOf(k + 1)));
  });
  return state;
}

onEveryImplementation('a run that is resumed with slots of another format', () => {
  for (const formats of [
    ['bfloat16', 'float32'],
    ['float32', 'bfloat16'],
    ['bfloat16', 'bfloat16'],
  ] as [Format, Format][]) {
    it(`${formats.join(' → ')}: has the bits of the contract`, () => {
      const random = new Random(9);
      const start = random.normals(SIZE);
      const gradients = Array.from({ length: 10 }, () => random.normals(SIZE));
      const w = new Variable(start.slice(), { name: 'w' });
      let optimizer = new Adamax({ learningRate: LEARNING_RATE, slotDtype: formats[0] });
      gradients.forEach((gradient, k) => {
        if (k === 5) {
          const saved = JSON.parse(JSON.stringify(optimizer.getWeights()));
          optimizer = new Adamax({ learningRate: LEARNING_RATE, slotDtype: formats[1] });
          optimizer.build([w]);
          optimizer.setWeights(saved);
        }
        optimizer.applyGradients([[gradient, w]]);
      });
      const expected = contract(start, gradients, formats);
      expectSameBits(w.data, expected.param, 'p');
      for (const [slot, values] of [
        ['m', expected.m],
        ['v', expected.u],
      ] as const) {
        const { data } = optimizer.getSlot<Float32Array | Uint16Array>(w, slot);
        const numbers = data instanceof Float32Array ? data : f32(...[...data].map(widened));
        expectSameBits(numbers, values, slot);
      }
    });
  }
});

/** The number of a bfloat16 pattern. */
function widened(pattern: number): number {
  return new Float32Array(Uint32Array.of(pattern * 65536).buffer)[0];
}

onEveryImplementation('several optimizers of one model', () => {
  it('are resumed together, each from its own weights', () => {
    const model = () => ({
      body: new Variable(f32(1, -2, 3), { name: 'body' }),
      head: new Variable(f32(0.5, 0.25), { name: 'head' }),
    });
    type Optimizers = Readonly<Record<'slow' | 'fast', Optimizer>>;
    const make = (): Optimizers => ({ slow: new Adamax({ learningRate: 0.01 }), fast: new SGD({ momentum: 0.9 }) });
    const train = ({ slow, fast }: Optimizers, { body, head }: ReturnType<typeof model>, from: number, to: number) => {
      for (let k = from; k < to; k++) {
        slow.applyGradients([[body.data.map((x) => x + k), body]]);
        fast.applyGradients([[head.data.map((x) => 2 * x - k), head]]);
        // Both train the head now and then: its state in the one is not its state in the other.
        if (k % 3 === 0) slow.applyGradients([[head.data.slice(), head]]);
      }
    };
    const whole = model();
    train(make(), whole, 0, 10);
    const [half, first] = [model(), make()];
    train(first, half, 0, 5);
    const text = JSON.stringify({ slow: first.slow.getWeights(), fast: first.fast.getWeights() });
    const saved = JSON.parse(text) as Record<keyof Optimizers, NdArray[]>;
    const second = make();
    second.slow.build([half.head, half.body]);
    second.fast.build([half.head]);
    second.slow.setWeights(saved.slow);
    second.fast.setWeights(saved.fast);
    train(second, half, 5, 10);
    expectSameBits(half.body.data, whole.body.data, 'body');
    expectSameBits(half.head.data, whole.head.data, 'head');
    expectError(() => second.slow.setWeights(saved.fast), RangeError, 'ERR_ADAMAX_WEIGHTS', /'head\/momentum'/);
  });
});

describe('the state of another rule', () => {
  it('is refused for every pair of rules with other slots, and nothing is written', () => {
    const rules: (() => Optimizer)[] = [
      () => new Adamax(),
      () => new Adagrad(),
      () => new RMSprop(),
      () => new RMSprop({ momentum: 0.5 }),
      () => new RMSprop({ centered: true }),
      () => new RMSprop({ centered: true, momentum: 0.5 }),
      () => new SGD(),
      () => new SGD({ momentum: 0.5 }),
    ];
    const trained = rules.map((make) => {
      const optimizer = make();
      const w = new Variable(f32(1, 2), { name: 'w' });
      optimizer.applyGradients([[f32(1, -1), w]]);
      return { optimizer, w };
    });
    trained.forEach(({ optimizer, w }, i) => {
      trained.forEach((other, j) => {
        if (i === j) return;
        const before = snapshot(optimizer, w.data);
        const set = () => optimizer.setWeights(other.optimizer.getWeights());
        expectError(set, RangeError, 'ERR_ADAMAX_WEIGHTS', /'w\/\w+'/);
        expect(snapshot(optimizer, w.data)).to.equal(before);
      });
    });
  });
});
