import { Adamax, type Gradient, IndexedSlices, Optimizer, SGD, Variable, type VariableLike } from 'adamax';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

const f32 = (...x: number[]) => Float32Array.from(x);

onEveryImplementation('kinds of gradients', () => {
  it('Float32Array, Variable, nested and flat arrays all step alike', () => {
    const kinds: Gradient[] = [
      f32(1, 2, 3, 4),
      new Variable(f32(1, 2, 3, 4), { shape: [2, 2] }),
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ];
    const results = kinds.map((gradient) => {
      const p = new Variable(f32(0, 0, 0, 0), { shape: [2, 2] });
      new SGD({ learningRate: 1 }).applyGradients([[gradient, p]]);
      return Array.from(p.data);
    });
    for (const result of results) expect(result).to.deep.equal([-1, -2, -3, -4]);
  });

  it('a scalar variable takes a gradient of one element', () => {
    const p = new Variable(f32(1), { shape: [] });
    new SGD({ learningRate: 1 }).applyGradients([[[0.5], p]]);
    expect(p.item()).to.equal(0.5);
  });

  it('refuses arrays of another shape, naming the place', () => {
    const p = new Variable(f32(0, 0, 0, 0), { shape: [2, 2], name: 'p' });
    const optimizer = new Adamax();
    const cases: [unknown, typeof TypeError | typeof RangeError, string, RegExp][] = [
      [
        [[1, 2]],
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradsAndVars\[0\]\[0\] must have 2 elements, for shape \[2, 2\]: received \[ \[Array\] \]$/,
      ],
      [
        [[1, 2], [3]],
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradsAndVars\[0\]\[0\]\[1\] must have 2 elements, for shape \[2, 2\]: received \[ 3 \]$/,
      ],
      [
        [
          [1, 2],
          [3, '4'],
        ],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradsAndVars\[0\]\[0\]\[1\]\[1\] must be a number: received '4'$/,
      ],
      [[1, 2], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradsAndVars\[0\]\[0\]\[0\] must be an array of 2: received 1$/],
      [
        new Variable(f32(1, 2, 3, 4)),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradsAndVars\[0\]\[0\] must be \[2, 2\]: received \[4\]$/,
      ],
      [
        new Variable(new BigInt64Array(4), { shape: [2, 2] }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /must be of dtype float32: received .*int64/,
      ],
      [
        '1',
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /must be a Float32Array, Variable, IndexedSlices, array of numbers or null: received '1'$/,
      ],
    ];
    for (const [gradient, type, code, message] of cases) {
      expectError(() => optimizer.applyGradients([[gradient as Gradient, p]]), type, code as never, message);
    }
    expect([...p.data]).to.deep.equal([0, 0, 0, 0]);
    expect(optimizer.weights).to.have.length(1);
  });
});

onEveryImplementation('constraints', () => {
  it('are applied after each dense step (testConstraint)', () => {
    const clip = (low: number, high: number) => (values: Float32Array) =>
      values.map((x) => Math.min(high, Math.max(low, x)));
    const v0 = new Variable(f32(1, 2), { constraint: clip(-0.1, 0) });
    const v1 = new Variable(f32(3, 4), {
      constraint: (values) => {
        values.forEach((x, i) => {
          values[i] = Math.max(0, x);
        });
      },
    });
    new SGD({ learningRate: 3 }).applyGradients([
      [[5, 5], v0],
      [[3, 3], v1],
    ]);
    expect([...v0.data, ...v1.data]).to.deep.equal([...f32(-0.1, -0.1), 0, 0]);
  });

  it('refuse sparse gradients, as Keras does', () => {
    const v = new Variable(f32(1), { shape: [1, 1], name: 'v', constraint: (x) => x });
    const message = /^gradient of 'v' must be dense, since the variable has a constraint: received IndexedSlices$/;
    expectError(
      () => new Adamax().applyGradients([[new IndexedSlices(f32(1), [0]), v]]),
      TypeError,
      'ERR_ADAMAX_CONSTRAINT',
      message,
    );
  });

  it('that throw, or return what does not fit, leave every byte of the step as it was', () => {
    const bad = [
      () => {
        throw new Error('no');
      },
      () => [1],
      () => ['1', '2'] as never,
    ];
    for (const constraint of bad) {
      let active = false;
      const a = f32(5, 6);
      const b = new Variable(f32(1, 2), { constraint: () => (active ? (constraint() as never) : undefined) });
      const optimizer = new Adamax();
      const step = () =>
        optimizer.applyGradients([
          [f32(1, 1), a],
          [f32(1, 1), b],
        ]);
      step();
      active = true;
      const before = [a.slice(), b.data.slice(), ...optimizer.getWeights().map(({ data }) => data)];
      expect(step).to.throw();
      const after = [a, b.data, ...optimizer.weights.map(({ data }) => data)];
      after.forEach((array, i) => {
        expect(array, `array ${i}`).to.deep.equal(before[i]);
      });
    }
  });
});

describe('names', () => {
  it('that are empty become unique ones', () => {
    const [a, b] = [new Adamax({ name: '' }), new Adamax({ name: '' })];
    expect(a.name).to.match(/^adamax(_\d+)?$/);
    expect(b.name)
      .to.match(/^adamax_\d+$/)
      .and.not.equal(a.name);
    class MyOptimizer extends Adamax {}
    expect(new MyOptimizer({ name: '' }).name).to.equal('my_optimizer');
  });
});

describe('iterations', () => {
  it('can be a variable of the caller before the first step, and not after it', () => {
    const step = new Variable(BigInt64Array.of(5n), { shape: [], name: 'global_step' });
    const optimizer = new Adamax();
    optimizer.iterations = step;
    optimizer.applyGradients([[[1], f32(1)]]);
    expect(step.item()).to.equal(6);
    expect(optimizer.weights[0]).to.equal(step);
    expectError(
      () => {
        optimizer.iterations = step;
      },
      TypeError,
      'ERR_ADAMAX_STATE',
      /^iterations must be set before the first step/,
    );
    for (const value of [3, new Variable(f32(1)), new Variable(new BigInt64Array(2)), null]) {
      expectError(
        () => {
          new Adamax().iterations = value as never;
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^iterations must be a scalar int64 Variable: received /,
      );
    }
  });
});

describe('hyperparameters', () => {
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
      /^learningRate must be a finite number: received NaN$/,
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

describe('addSlot and addWeight', () => {
  it('addSlot takes initializers by name, by function, and values', () => {
    const v = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
    const optimizer = new Adamax();
    expect([...optimizer.addSlot(v, 'a', 'ones').data]).to.deep.equal([1, 1, 1, 1]);
    expect([...optimizer.addSlot(v, 'b', 7).data]).to.deep.equal([7, 7, 7, 7]);
    expect([...optimizer.addSlot(v, 'c', [1, 2, 3, 4]).data]).to.deep.equal([1, 2, 3, 4]);
    expect([...optimizer.addSlot(v, 'm', () => f32(9, 9, 9, 9)).data]).to.deep.equal([9, 9, 9, 9]);
    expect([...optimizer.addSlot(v, 'a', 'zeros').data]).to.deep.equal([1, 1, 1, 1]);
    expect(() => optimizer.addSlot(v, 'd', 'nonsense'))
      .to.throw()
      .with.property('code');
    expect(() => optimizer.addSlot(v, 'd', [1, 2]))
      .to.throw(RangeError)
      .with.property('code');
    optimizer.applyGradients([[f32(0, 0, 0, 0), v]]);
    expect(optimizer.getSlot(v, 'm').data[0]).to.be.closeTo(8.1, 1e-6);
    expect(optimizer.weights.map(({ name }) => name.split('/').at(-1))).to.deep.equal([
      'iter',
      'a',
      'b',
      'c',
      'm',
      'v',
    ]);
  });

  it('addWeight follows the rules of Keras, and stays out of weights', () => {
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
      [['w', [1], { aggregation: 3 }], TypeError, 'ERR_ADAMAX_ARG_TYPE', /^aggregation must be a string: received 3$/],
      [
        ['w', [1], { trainable: 'yes' }],
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^trainable must be a boolean: received 'yes'$/,
      ],
      [['w', [1], { init: 1 }], TypeError, 'ERR_ADAMAX_OPTION', /received 'init'$/],
    ] as const) {
      expectError(() => (optimizer.addWeight as (...args: unknown[]) => unknown)(...args), type, code, message);
    }
  });
});

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
