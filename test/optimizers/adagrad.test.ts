import { Adagrad, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { fromBfloat16 } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const cell = new Float32Array(1);
function r(x: number): number {
  cell[0] = x;
  return cell[0];
}
const tiny = (x: number) => (Math.abs(x) < 2 ** -102 ? 0 : x);

const LEARNING_RATE = 0.02;

interface Element {
  p: number;
  a: number;
}

/** ApplyAdagradV2 of TensorFlow, as its CPU has it, element by element. */
function oracle(e: Element, g: number, rate: number, epsilon: number): void {
  e.a = tiny(r(e.a + r(g * g)));
  e.p = r(e.p - r(r(r(rate) * g) / r(r(Math.sqrt(e.a)) + r(epsilon))));
}

const CASES: { initialAccumulatorValue?: number; epsilon?: number; decay?: number }[] = [
  {},
  { initialAccumulatorValue: 0, decay: 0.5 },
  { epsilon: 0.3 },
];

onEveryImplementation('Adagrad', () => {
  for (const options of CASES) {
    it(`has the bits of its rule, dense and sparse (${JSON.stringify(options)})`, () => {
      const random = new Random(41);
      const { initialAccumulatorValue = 0.1, epsilon = 1e-7, decay = 0 } = options;
      const variable = new Variable(random.normals(18 * 5), { shape: [18, 5] });
      const elements = Array.from(variable.data, (p): Element => ({ p, a: r(initialAccumulatorValue) }));
      const optimizer = new Adagrad({ learningRate: LEARNING_RATE, ...options });
      for (let k = 0; k < 6; k++) {
        const rows = k % 2 === 0 ? Array.from({ length: 18 }, (_, i) => i) : [17, 3, k + 4];
        const values = random.normals(rows.length * 5);
        optimizer.applyGradients([[k % 2 === 0 ? values : new IndexedSlices(values, rows), variable]]);
        values.forEach((g, j) => {
          oracle(elements[rows[Math.floor(j / 5)] * 5 + (j % 5)], g, LEARNING_RATE / (1 + decay * k), epsilon);
        });
      }
      expectSameBits(
        variable.data,
        Float32Array.from(elements, ({ p }) => p),
        'p',
      );
      expect(optimizer.getSlotNames()).to.deep.equal(['accumulator']);
      expectSameBits(
        optimizer.getSlot(variable, 'accumulator').data,
        Float32Array.from(elements, ({ a }) => a),
        'accumulator',
      );
    });
  }

  it('has the bits of its rule for numbers of all magnitudes, NaN and infinity among them', () => {
    const random = new Random(42);
    const p = random.wild(500);
    const elements = Array.from(p, (x): Element => ({ p: x, a: 0 }));
    const optimizer = new Adagrad({ learningRate: LEARNING_RATE, initialAccumulatorValue: 0 });
    for (let k = 0; k < 3; k++) {
      const gradient = random.wild(500);
      optimizer.applyGradients([[gradient, p]]);
      elements.forEach((element, i) => {
        oracle(element, gradient[i], LEARNING_RATE, 1e-7);
      });
    }
    expectSameBits(
      p,
      Float32Array.from(elements, (e) => e.p),
      'p',
    );
    expectSameBits(
      optimizer.getSlot(p, 'accumulator').data,
      Float32Array.from(elements, ({ a }) => a),
      'accumulator',
    );
  });

  it('steps a row without a gradient as a zero gradient would: lazy steps lose nothing', () => {
    const random = new Random(43);
    const [lazy, dense] = [1, 1].map(() => new Variable(new Float32Array(24).fill(1), { shape: [8, 3] }));
    const [a, b] = [new Adagrad(), new Adagrad()];
    for (let k = 0; k < 5; k++) {
      const values = random.normals(6);
      a.applyGradients([[new IndexedSlices(values, [k, 7]), lazy]]);
      const gradient = new Float32Array(24);
      gradient.set(values.subarray(0, 3), k * 3);
      gradient.set(values.subarray(3), 7 * 3);
      b.applyGradients([[gradient, dense]]);
    }
    expectSameBits(lazy.data, dense.data, 'p');
    expectSameBits(a.getSlot(lazy, 'accumulator').data, b.getSlot(dense, 'accumulator').data, 'accumulator');
  });

  it('accumulates in bfloat16 too what is far below the last bit, in the mean', () => {
    const p = new Float32Array(1);
    const optimizer = new Adagrad({ initialAccumulatorValue: 1, slotDtype: 'bfloat16' });
    // To the nearest, 1 + 10⁻⁴ is 1, however often it is added.
    for (let k = 0; k < 10_000; k++) optimizer.applyGradients([[[0.01], p]]);
    const [accumulator] = optimizer.getSlot<Uint16Array>(p, 'accumulator').data;
    expect(fromBfloat16(accumulator)).to.be.closeTo(2, 0.02);
  });

  it('does the steps of testBasic of adagrad_test.py, with decay and with a large ε too, in float64', () => {
    for (const [options, epsilon, decay] of [
      [{}, 1e-7, 0],
      [{ decay: 0.5 }, 1e-7, 0.5],
      [{ epsilon: 1 }, 1, 0],
    ] as const) {
      const variables = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
      const expected = [
        { p: [1, 2], a: 0.1, g: 0.1 },
        { p: [3, 4], a: 0.1, g: 0.01 },
      ];
      const optimizer = new Adagrad({ learningRate: () => 3, ...options });
      for (let t = 0; t < 3; t++) {
        optimizer.applyGradients(expected.map(({ g }, i) => [[g, g], variables[i]] as const));
        expected.forEach((e, i) => {
          e.a += e.g * e.g;
          e.p = e.p.map((p) => p - ((3 / (1 + decay * t)) * e.g) / (Math.sqrt(e.a) + epsilon));
          e.p.forEach((p, j) => {
            expect(variables[i][j]).to.be.closeTo(p, 1e-6);
          });
        });
      }
    }
  });

  it('does the step of adagrad_test.py: testSparseStability', () => {
    const start = [0.00872496, -0.106952, 0.110467, 0.226505, -0.0147257, -0.0105945];
    const gradient = [-5.91278e-5, 5.31673e-5, -2.5779e-6, 4.29153e-5, -8.4877e-5, -9.48906e-5];
    const result = [0.00891194, -0.10712013, 0.11047515, 0.22636929, -0.0144573, -0.01029443];
    const table = new Variable(Float32Array.from(start), { shape: [1, 6] });
    const optimizer = new Adagrad({ learningRate: 1 });
    optimizer.applyGradients([[new IndexedSlices(Float32Array.from(gradient), [0]), table]]);
    result.forEach((x, i) => {
      expect(table.data[i]).to.be.closeTo(x, 1e-7);
      expect(optimizer.getSlot(table, 'accumulator').data[i]).to.be.closeTo(0.1, 1e-7);
    });
  });
});

describe('Adagrad', () => {
  it('has a config with the keys of Keras, which makes the round trip', () => {
    const config = new Adagrad({ initialAccumulatorValue: 0, clipvalue: 2 }).getConfig();
    expect(JSON.stringify(config)).to.equal(
      '{"name":"Adagrad","clipvalue":2,"learning_rate":0.001,"decay":0,"initial_accumulator_value":0,"epsilon":1e-7}',
    );
    expect(Adagrad.fromConfig(config).getConfig()).to.deep.equal(config);
  });

  it('takes another epsilon between steps', () => {
    const p = Float32Array.of(0);
    const optimizer = new Adagrad({ learningRate: 1, initialAccumulatorValue: 0 });
    optimizer.applyGradients([[[3], p]]);
    expect(p[0]).to.be.closeTo(-1, 1e-6);
    optimizer.epsilon = 2;
    optimizer.applyGradients([[[4], p]]);
    expect(p[0]).to.be.closeTo(-1 - 4 / (5 + 2), 1e-6);
    expect(optimizer.getConfig().epsilon).to.equal(2);
  });

  it('refuses options out of range', () => {
    for (const initialAccumulatorValue of [-0.1, NaN, Infinity, 1e39]) {
      expectError(
        () => new Adagrad({ initialAccumulatorValue }),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^initialAccumulatorValue must be a finite number ≥ 0 \(in float32\): received /,
      );
    }
    expectError(
      () => new Adagrad({ initialAccumulatorValue: '0' } as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^initialAccumulatorValue must be a number.*: received '0'$/,
    );
    expectError(() => new Adagrad({ epsilon: 0 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^epsilon /);
    expectError(() => new Adagrad({ rho: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', /received 'rho'$/);
  });
});
