import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { trained } from './trained.js';

describe('weights', () => {
  it('are listed as Keras lists them: iterations, every m, every v', () => {
    const { optimizer, step } = trained(0);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter']);
    expect(optimizer.getSlotNames()).to.deep.equal([]);
    step(1);
    const late = new Variable(f32(1), { name: 'late' });
    optimizer.applyGradients([[f32(1), late]]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal([
      'iter',
      'Adamax/a/m',
      'Adamax/b/m',
      'Adamax/a/v',
      'Adamax/b/v',
      'Adamax/late/m',
      'Adamax/late/v',
    ]);
    expect(optimizer.variables()).to.deep.equal(optimizer.weights);
    expect(optimizer.getSlotNames()).to.deep.equal(['m', 'v']);
    expect(optimizer.weights.map((w) => [w.dtype, w.shape])[2]).to.deep.equal(['float32', [2, 2]]);
    expect(optimizer.weights[0].dtype).to.equal('int64');
  });

  it('resume a training to the bit once they are restored, which a fresh start does not', () => {
    const whole = trained(10);
    const first = trained(5);
    const saved = first.optimizer.getWeights();
    const resumed = trained(0);
    const cold = trained(0);
    for (const run of [resumed, cold]) {
      run.a.assign(first.a.data);
      run.b.assign(first.b.data);
    }
    resumed.optimizer.build([resumed.a, resumed.b]);
    resumed.optimizer.setWeights(saved);
    for (let k = 5; k < 10; k++) for (const run of [resumed, cold]) run.step(k);
    expectSameBits(resumed.b.data, whole.b.data, 'resumed');
    expect(resumed.optimizer.iterations.item()).to.equal(10);
    expect(Array.from(cold.b.data)).to.not.deep.equal(Array.from(whole.b.data));
  });

  it('getWeights returns copies', () => {
    const { optimizer } = trained(1);
    const [iterations, m] = optimizer.getWeights();
    expect({ ...iterations }).to.deep.equal({
      name: 'iterations',
      dtype: 'int64',
      shape: [],
      data: BigInt64Array.of(1n),
    });
    m.data.fill(9 as never);
    expect(optimizer.weights[1].data[0]).to.not.equal(9);
  });

  it('getWeights refuses memory that has gone, by its name', () => {
    const { optimizer, a } = trained(1);
    const buffer = optimizer.getSlot(a, 'm').data.buffer as ArrayBuffer;
    structuredClone(buffer, { transfer: [buffer] });
    const message = /^'a\/m' must be a view on live memory: received Float32Array\(0\) on a detached buffer$/;
    expectError(() => optimizer.getWeights(), TypeError, 'ERR_ADAMAX_DETACHED', message);
  });
});

describe('addWeight', () => {
  it('follows the rules of Keras, and stays out of weights', () => {
    const optimizer = new Adamax();
    const w = optimizer.addWeight('w', [2, 3], { initializer: 'ones' });
    expect([w.name, w.dtype, w.trainable, [...w.shape], [...w.data]]).to.deep.equal([
      'w',
      'float32',
      true,
      [2, 3],
      [1, 1, 1, 1, 1, 1],
    ]);
    expect(optimizer.addWeight('n', [], { dtype: 'int64', initializer: 3 }).data).to.deep.equal(BigInt64Array.of(3n));
    expect(optimizer.addWeight('n', [1], { initializer: BigInt64Array.of(4n) }).dtype).to.equal('int64');
    // Whole numbers that float32 does not hold.
    for (const initializer of [
      2 ** 24 + 1,
      [2 ** 24 + 1],
      2n ** 24n + 1n,
      [2n ** 24n + 1n],
      Int32Array.of(2 ** 24 + 1),
    ]) {
      const weight = optimizer.addWeight('n', [1], { dtype: 'int64', initializer });
      expect(weight.data[0]).to.equal(2n ** 24n + 1n);
    }
    expect(optimizer.addWeight('r', [1], { synchronization: 'onRead' }).trainable).to.equal(false);
    expect(optimizer.addWeight('t', [1], { trainable: false, aggregation: 'mean' }).trainable).to.equal(false);
    expect(optimizer.weights).to.have.length(1);
    for (const [args, type, code, message] of [
      [[1, [1]], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^name must be a string: received 1$/],
      [['w', 1], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^shape must be an array/],
      [['w', [-1]], RangeError, 'ERR_ADAMAX_SHAPE', /^shape must hold whole numbers/],
      [
        ['w', [1], { dtype: 'float16' }],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^dtype must be one of float32, int64: received 'float16'$/,
      ],
      [
        ['w', [1], { synchronization: 'onRead', trainable: true }],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^trainable must be false where synchronization is 'onRead': received true$/,
      ],
      [
        ['w', [1], { synchronization: 'x' }],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^synchronization must be one of auto, none, onWrite, onRead: received 'x'$/,
      ],
      [['w', [1], { aggregation: 3 }], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^aggregation must be one of .*: received 3$/],
      [
        ['w', [1], { trainable: 'yes' }],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^trainable must be a boolean: received 'yes'$/,
      ],
      [
        ['w', [1], { dtype: 'int64', initializer: 2n ** 64n + 5n }],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^initializer\[0\] must be a whole number that int64 holds exactly: received 18446744073709551621n$/,
      ],
      [
        ['w', [1], { dtype: 'int64', initializer: [0.5] }],
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^initializer\[0\] must be a whole number .*: received 0\.5$/,
      ],
      [['w', [1], { init: 1 }], TypeError, 'ERR_ADAMAX_OPTION', /received 'init'$/],
      [
        ['w', [2 ** 40], { dtype: 'int64' }],
        RangeError,
        'ERR_ADAMAX_MEMORY',
        /^addWeight must fit in memory: received 1099511627776 elements$/,
      ],
      [
        ['w', new Array(2 ** 32 - 1)],
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^shape must have at most 254 dimensions: received 4294967295$/,
      ],
    ] as const) {
      expectError(() => (optimizer.addWeight as (...args: unknown[]) => unknown)(...args), type, code, message);
    }
  });
});
