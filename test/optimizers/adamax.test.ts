import { Adamax, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { power } from '#internals';
import { epsilonPlaces } from '../golden/tables.js';
import { expectAllClose } from '../support/close.js';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type State, stepDense, stepRows } from '../support/oracle.js';

onEveryImplementation('Adamax', () => {
  it('follows the dense trajectory of Keras (adamax_test.py, with ε = 1e-7)', () => {
    const [var0, var1] = [f32(1, 2), f32(3, 4)];
    const optimizer = new Adamax();
    const expected = [
      [0.999000000999999, 1.999000000999999, 2.9990000099999, 3.9990000099999],
      [0.9980000019999979, 1.9980000019999982, 2.9980000199998003, 3.9980000199998003],
      [0.9970000029999969, 1.9970000029999972, 2.9970000299997004, 3.9970000299997004],
    ];
    for (const row of expected) {
      optimizer.applyGradients([
        [f32(0.1, 0.1), var0],
        [f32(0.01, 0.01), var1],
      ]);
      expectAllClose([...var0, ...var1], row);
    }
    expectAllClose(optimizer.getSlot(var0, 'm').data, [0.0271, 0.0271]);
    expectAllClose(optimizer.getSlot(var1, 'v').data, [0.01, 0.01]);
  });

  it('has the bits of a float32 emulation of the original kernel', () => {
    const var0 = f32(1, 2);
    const optimizer = new Adamax();
    for (const row of [
      [0.9990000128746033, 1.9989999532699585, 0.010000002570450306],
      [0.9980000257492065, 1.997999906539917, 0.01900000497698784],
      [0.9970000386238098, 1.9969998598098755, 0.027100007981061935],
    ]) {
      optimizer.applyGradients([[f32(0.1, 0.1), var0]]);
      // That emulation rounds β₁ before it subtracts, hence a different last bit in 1 − β₁ and so in m.
      expect([...var0]).to.deep.equal(row.slice(0, 2));
      expectAllClose([optimizer.getSlot(var0, 'm').data[0]], [row[2]], 1e-8);
    }
  });

  it('applies decay as Keras does (adamax_test.py)', () => {
    const [var0, var1] = [f32(1), f32(3)];
    const optimizer = new Adamax({ learningRate: 0.001, decay: 0.002 });
    for (const row of [
      [0.999000000999999, 2.9990000099999],
      [0.998001998005986, 2.9980020159878245],
      [0.997005983065746, 2.997006010011629],
    ]) {
      optimizer.applyGradients([
        [f32(0.1), var0],
        [f32(0.01), var1],
      ]);
      expectAllClose([...var0, ...var1], row);
    }
  });

  it('follows the sparse trajectory of Keras, untouched rows untouched', () => {
    const [var0, var1] = [f32(1, 2, 3), f32(4, 5, 6)];
    const optimizer = new Adamax();
    for (const row of [
      [0.999, 1.999, 3, 4, 4.999, 5.999],
      [0.998, 1.998, 3, 4, 4.998, 5.998],
      [0.997, 1.997, 3, 4, 4.997, 5.997],
    ]) {
      optimizer.applyGradients([
        [new IndexedSlices(f32(0.1, 0.1), [0, 1], [3]), var0],
        [new IndexedSlices(f32(0.01, 0.01), [2, 1], [3]), var1],
      ]);
      expectAllClose([...var0, ...var1], row, 1e-6);
    }
  });

  it('sums repeated rows first (testSparseRepeatedIndices)', () => {
    const [repeated, aggregated] = [1, 2].map(() => new Variable(f32(1, 2), { shape: [2, 1] }));
    const [a, b] = [new Adamax(), new Adamax()];
    for (let t = 1; t <= 3; t++) {
      a.applyGradients([[new IndexedSlices(f32(0.1, 0.1), [1, 1]), repeated]]);
      b.applyGradients([[new IndexedSlices(f32(0.2), [1]), aggregated]]);
      expectSameBits(repeated.data, aggregated.data, 'repeated');
      expectAllClose(repeated.data, [1, [1.9990000005, 1.998000001, 1.9970000015][t - 1]]);
    }
  });

  it('decays only the touched rows: the lazy table of Keras 2', () => {
    const p = new Variable(f32(1, 2), { shape: [2, 1] });
    const optimizer = new Adamax({ learningRate: 0.1 });
    const steps: [number[], number[], number[], number[], number[]][] = [
      [[0], [0.1], [0.9000000999999, 2], [0.01, 0], [0.1, 0]],
      [[0], [-0.2], [0.9289474539472757, 2], [-0.011, 0], [0.2, 0]],
      [[1], [0.3], [0.9289474539472757, 1.963099643296429], [-0.011, 0.03], [0.2, 0.3]],
      [
        [1, 1],
        [0.1, 0.1],
        [0.9289474539472757, 1.9174981783851124],
        [-0.011, 0.047],
        [0.2, 0.2997],
      ],
    ];
    for (const [rows, values, param, m, v] of steps) {
      optimizer.applyGradients([[new IndexedSlices(f32(...values), rows), p]]);
      expectAllClose(p.data, param);
      expectAllClose(optimizer.getSlot(p, 'm').data, m);
      expectAllClose(optimizer.getSlot(p, 'v').data, v);
    }
  });

  it('follows the golden table of Keras 3', () => {
    const p = new Float32Array(10).fill(1);
    const optimizer = new Adamax({ learningRate: 0.2, beta1: 0.85, beta2: 0.95, epsilon: 1e-6 });
    const golden = [
      [0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8],
      [0.6827, 0.6873, 0.6888, 0.6896, 0.6901, 0.6904, 0.6906, 0.6908, 0.6909, 0.691],
      [0.5333, 0.5407, 0.5431, 0.5444, 0.5451, 0.5456, 0.546, 0.5462, 0.5464, 0.5466],
      [0.368, 0.3773, 0.3804, 0.382, 0.3829, 0.3835, 0.384, 0.3843, 0.3846, 0.3848],
      [0.1933, 0.204, 0.2076, 0.2094, 0.2105, 0.2112, 0.2117, 0.2121, 0.2124, 0.2126],
    ];
    golden.forEach((row, t) => {
      const grad =
        t === 0 ? new Float32Array(10).fill(0.01) : Float32Array.from({ length: 10 }, (_, i) => (i + 1) / 10);
      optimizer.applyGradients([[grad, p]]);
      expectAllClose(p, row, 5e-4);
    });
  });

  it('keeps ε outside of the maximum, as Keras does, and PyTorch and optax do not', () => {
    const { gradients, small, large } = epsilonPlaces;
    for (const [epsilon, expected] of [
      [1e-7, small.keras],
      [1e-2, large.keras],
    ] as const) {
      const p = f32(1);
      const optimizer = new Adamax({ learningRate: 0.01, epsilon });
      gradients.forEach((g, t) => {
        optimizer.applyGradients([[f32(g), p]]);
        expectAllClose(p, [expected[t]], 2e-7);
        if (epsilon === 1e-2 && t === 4) expect(large.torch[t] - p[0]).to.be.above(2e-7);
      });
    }
  });

  it('has the bits of the contract over many steps of dense and sparse variables together', () => {
    const random = new Random(5);
    const dense: State = { param: random.normals(101), m: new Float32Array(101), u: new Float32Array(101) };
    const sparse: State = { param: random.normals(60), m: new Float32Array(60), u: new Float32Array(60) };
    const p = dense.param.slice();
    const table = new Variable(sparse.param.slice(), { shape: [20, 3] });
    const optimizer = new Adamax({ learningRate: 0.05, beta1: 0.8, beta2: 0.99, decay: 0.01 });
    let beta1Power = 1;
    for (let k = 0; k < 30; k++) {
      const grad = random.normals(101);
      const indices = Array.from({ length: random.below(30) }, () => random.below(20));
      const values = random.normals(indices.length * 3);
      optimizer.applyGradients([
        [grad, p],
        [new IndexedSlices(values, indices), table],
      ]);
      beta1Power = power(0.8, k + 1);
      const alpha = 0.05 / (1 + 0.01 * k) / (1 - beta1Power);
      const scalars = { oneMinusBeta1: 1 - 0.8, beta2: 0.99, alpha, epsilon: 1e-7 };
      stepDense(dense, grad, scalars);
      stepRows(sparse, 3, values, indices, scalars);
    }
    expectSameBits(p, dense.param, 'p');
    expectSameBits(table.data, sparse.param, 'table');
    expectSameBits(optimizer.getSlot(table, 'v').data, sparse.u, 'v of table');
    expect(optimizer.iterations.item()).to.equal(30);
  });
});

describe('Adamax', () => {
  it('has a config with the keys of Keras, in the order of Keras', () => {
    const config = new Adamax({ learningRate: 0.01, beta1: 0.8, decay: 0.5, name: 'a' }).getConfig();
    expect(JSON.stringify(config)).to.equal(
      '{"name":"a","learning_rate":0.01,"decay":0.5,"beta_1":0.8,"beta_2":0.999,"epsilon":1e-7}',
    );
  });

  it('makes the round trip by its config, which it leaves alone', () => {
    const config = Object.freeze(new Adamax({ learningRate: 0.01, epsilon: 1e-3 }).getConfig());
    expect(Adamax.fromConfig(JSON.parse(JSON.stringify(config))).getConfig()).to.deep.equal(config);
    expect(Adamax.fromConfig(config)).to.be.an.instanceOf(Adamax);
  });

  it('fromConfig takes lr, and refuses keys that it does not know', () => {
    expect(Adamax.fromConfig({ lr: 0.25, learning_rate: 1 }).learningRate).to.equal(0.25);
    expectError(
      () => Adamax.fromConfig({ learningRate: 1 }),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^config must only have .*: received 'learningRate'$/,
    );
    expectError(
      () => Adamax.fromConfig(null as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^config must be an object: received null$/,
    );
  });
});
