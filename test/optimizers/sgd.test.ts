import { IndexedSlices, SGD, type SGDOptions, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const cell = new Float32Array(1);
function r(x: number): number {
  cell[0] = x;
  return cell[0];
}

/** ResourceApplyGradientDescent and ResourceApplyKerasMomentum of TensorFlow, element by element. */
function oracle(p: number, v: number, g: number, lr: number, momentum: number, nesterov: boolean): [number, number] {
  const downhill = r(r(lr) * g);
  if (momentum === 0) return [r(p - downhill), 0];
  const v1 = r(r(r(momentum) * v) - downhill);
  const stored = Math.abs(v1) < 2 ** -102 ? 0 : v1;
  return [r(p + (nesterov ? r(r(r(momentum) * stored) - downhill) : stored)), stored];
}

const CASES: SGDOptions[] = [{}, { momentum: 0.9 }, { momentum: 0.9, nesterov: true }];

onEveryImplementation('SGD', () => {
  for (const options of CASES) {
    it(`has the bits of its rule, dense and sparse (${JSON.stringify(options)})`, () => {
      const random = new Random(21);
      const { momentum = 0, nesterov = false } = options;
      const dense = random.normals(77);
      const table = new Variable(random.normals(60), { shape: [12, 5] });
      const expected = { dense: dense.slice(), table: table.data.slice() };
      const v = { dense: new Float32Array(77), table: new Float32Array(60) };
      const optimizer = new SGD({ learningRate: 0.05, ...options });
      for (let k = 0; k < 5; k++) {
        const [grad, values, rows] = [random.normals(77), random.normals(15), [k, 11, 7]];
        optimizer.applyGradients([
          [grad, dense],
          [new IndexedSlices(values, rows), table],
        ]);
        grad.forEach((g, i) => {
          [expected.dense[i], v.dense[i]] = oracle(
            expected.dense[i],
            v.dense[i],
            g,
            0.05,
            momentum as number,
            nesterov,
          );
        });
        values.forEach((g, j) => {
          const i = rows[Math.floor(j / 5)] * 5 + (j % 5);
          [expected.table[i], v.table[i]] = oracle(
            expected.table[i],
            v.table[i],
            g,
            0.05,
            momentum as number,
            nesterov,
          );
        });
      }
      expectSameBits(dense, expected.dense, 'dense');
      expectSameBits(table.data, expected.table, 'table');
      expect(optimizer.getSlotNames()).to.deep.equal(momentum === 0 ? [] : ['momentum']);
    });
  }

  it('does the steps of optimizer_v2_test.py: testBasic, testGradClipValue, testGradClipNorm', () => {
    const [v0, v1] = [Float32Array.of(1, 2), Float32Array.of(3, 4)];
    new SGD({ learningRate: 3 }).applyGradients([
      [[5, 5], v0],
      [[3, 3], v1],
    ]);
    expect([...v0, ...v1]).to.deep.equal([-14, -13, -6, -5]);
    const a = Float32Array.of(1, 2);
    new SGD({ learningRate: 1, clipvalue: 1 }).applyGradients([[[3, 3], a]]);
    expect([...a]).to.deep.equal([0, 1]);
    const b = Float32Array.of(1);
    new SGD({ learningRate: 1, clipnorm: 1 }).applyGradients([[[3], b]]);
    expect([...b]).to.deep.equal([0]);
  });
});

describe('SGD', () => {
  it('has a config with the keys of Keras, which makes the round trip', () => {
    const config = new SGD({ momentum: 0.5, nesterov: true, clipnorm: 1 }).getConfig();
    expect(JSON.stringify(config)).to.equal(
      '{"name":"SGD","clipnorm":1,"learning_rate":0.01,"decay":0,"momentum":0.5,"nesterov":true}',
    );
    expect(SGD.fromConfig(config).getConfig()).to.deep.equal(config);
  });

  it('refuses options out of range', () => {
    for (const momentum of [-0.1, 1.1, NaN]) {
      expectError(
        () => new SGD({ momentum }),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^momentum must be in \[0, 1\]: received/,
      );
    }
    expectError(
      () => new SGD({ nesterov: 1 } as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^nesterov must be a boolean: received 1$/,
    );
    expectError(() => new SGD({ beta1: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', /received 'beta1'$/);
  });
});
