import { Adamax, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { expectAllClose } from '../support/close.js';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

describe('hyperparameters', () => {
  it('have the defaults of Keras', () => {
    const optimizer = new Adamax();
    const { learningRate, lr, beta1, beta2, epsilon, decay, name } = optimizer;
    expect({ learningRate, lr, beta1, beta2, epsilon, decay, name }).to.deep.equal({
      learningRate: 0.001,
      lr: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      decay: 0,
      name: 'Adamax',
    });
  });

  it('are options and attributes, in force at the next step', () => {
    const p = f32(1);
    const optimizer = new Adamax({ learningRate: 0.1, lr: 0.5 });
    expect(optimizer.learningRate).to.equal(0.5);
    optimizer.applyGradients([[f32(1), p]]);
    expectAllClose(p, [0.5]);
    optimizer.lr = 0.25;
    expect(optimizer.learningRate).to.equal(0.25);
    optimizer.beta1 = 0;
    optimizer.beta2 = 0.5;
    optimizer.epsilon = 1;
    optimizer.decay = 1;
    optimizer.applyGradients([[f32(1), p]]); // m = 1, u = 1, lr = 0.25 / (1 + 1)
    expectAllClose(p, [0.5 - 0.125 / 2]);
  });

  it('ask a learning rate that is a function once a step', () => {
    const asked: number[] = [];
    const optimizer = new Adamax({ learningRate: () => asked.push(0) });
    const [a, b] = [f32(0), f32(0)];
    optimizer.applyGradients([
      [f32(1), a],
      [f32(1), b],
    ]);
    expect(asked).to.have.length(1);
    expectAllClose([...a, ...b], [-1, -1]);
  });

  it('refuse what is out of range or of the wrong kind, naming the hyperparameter', () => {
    for (const [options, message] of [
      [{ learningRate: NaN }, /^learningRate must be a finite number \(in float32\): received NaN$/],
      [{ learningRate: Infinity }, /received Infinity$/],
      [{ lr: -1 }, /^lr must be a finite number ≥ 0 \(in float32\): received -1$/],
      [{ decay: -0.5 }, /^decay must be a finite number ≥ 0: received -0\.5$/],
      [{ beta1: 1 }, /^beta1 must be in \[0, 1\): received 1$/],
      [{ beta1: -0.1 }, /^beta1 /],
      [{ beta2: 1.5 }, /^beta2 must be in \[0, 1\): received 1\.5$/],
      [{ beta2: NaN }, /^beta2 /],
      [{ epsilon: 0 }, /^epsilon must be a finite number > 0 \(in float32\): received 0$/],
      [{ epsilon: 1e-50 }, /received 1e-50$/],
      [{ epsilon: 1e39 }, /received 1e\+39$/],
    ] as const) {
      expectError(() => new Adamax(options), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      const [[key, value]] = Object.entries(options);
      const optimizer = new Adamax() as unknown as Record<string, unknown>;
      const before = optimizer[key];
      if (key === 'lr') continue; // by attribute it is another name of learningRate, which may be negative
      expectError(
        () => {
          optimizer[key] = value;
        },
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        message,
      );
      expect(optimizer[key]).to.equal(before);
    }
    for (const key of ['learningRate', 'beta1', 'beta2', 'epsilon', 'decay', 'lr']) {
      // Python's None stands for the default of some.
      for (const value of ['0.1', ...(['epsilon', 'decay', 'lr'].includes(key) ? [] : [null]), {}, 1n]) {
        expectError(
          () => new Adamax({ [key]: value }),
          TypeError,
          'ERR_ADAMAX_ARG_TYPE',
          new RegExp(`^${key} must be a .*: received `),
        );
      }
    }
    expectError(
      () => new Adamax({ learning_rate: 1 } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'learning_rate'$/,
    );
    expectError(
      () => new Adamax({ name: 3 } as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^name must be a string: received 3$/,
    );
    expectError(
      () => new Adamax(0.1 as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^Adamax must be an object of options, \{ learningRate: 0\.1 \}: received 0\.1$/,
    );
  });

  it('check what a function returns before anything changes', () => {
    const optimizer = new Adamax({ learningRate: () => NaN });
    const p = f32(1);
    expectError(
      () => optimizer.applyGradients([[f32(1), p]]),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^learningRate\(\) must be a finite number \(in float32\): received NaN$/,
    );
    expect(p[0]).to.equal(1);
    expect(optimizer.weights).to.have.length(1);
  });

  it('can be scalar variables, which are read at each step and written by assignment', () => {
    const rate = new Variable(f32(0.5), { shape: [] });
    const optimizer = new SGD({ learningRate: rate });
    const p = f32(0);
    const step = () => {
      optimizer.applyGradients([[[1], p]]);
      return p[0];
    };
    expect(step()).to.equal(-0.5);
    rate.assign(0.25);
    expect(step()).to.equal(-0.75);
    optimizer.lr = 1;
    expect(optimizer.learningRate).to.equal(rate);
    expect(rate.item()).to.equal(1);
    expect(step()).to.equal(-1.75);
    expect(optimizer.getConfig().learning_rate).to.equal(1);
  });

  it('refuse variables that are no scalars of float32, or hold what is out of range', () => {
    expectError(
      () => new Adamax({ learningRate: new Variable(f32(1, 2)) }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^learningRate must be a scalar float32 Variable: received/,
    );
    expectError(
      () => new Adamax({ learningRate: new Variable(BigInt64Array.of(1n)) as never }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /scalar float32/,
    );
    expectError(
      () => new Adamax({ beta1: new Variable(f32(2)) }),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^beta1 must be in \[0, 1\): received 2$/,
    );
    const rate = new Variable(f32(1));
    const optimizer = new Adamax({ learningRate: rate });
    rate.data[0] = NaN;
    expectError(
      () => optimizer.applyGradients([[[1], f32(1)]]),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^learningRate must be a finite number \(in float32\): received NaN$/,
    );
  });

  it('can be functions, each asked once a step', () => {
    let asked = 0;
    const optimizer = new Adamax({
      beta1: () => {
        asked++;
        return 0.5;
      },
      beta2: () => 0.5,
    });
    optimizer.applyGradients([
      [[1], f32(1)],
      [[1], f32(1)],
    ]);
    expect(asked).to.equal(1);
    expect(optimizer.beta1).to.equal(0.5);
  });
});
