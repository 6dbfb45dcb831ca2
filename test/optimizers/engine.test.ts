import { Adamax, type GradientEngine, type Leaf, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type Scalar, sum, TapeEngine, type TapeVariable, type Value } from '../support/tape.js';

const named = (name: string, ...x: number[]) => new Variable(f32(...x), { name });

/** 5·v0 + 3·v1, element by element, of variables of this package (optimizer_v2_test.py). */
const linear = (v0: Variable, v1: Variable) => (leaf: Leaf<Scalar[]>) => {
  const right = leaf(v1);
  return leaf(v0).map((x, i) => x.times(5).plus(right[i].times(3)));
};

const setup = () => ({ engine: new TapeEngine(), v0: named('v0', 1, 2), v1: named('v1', 3, 4) });

onEveryImplementation('minimize with an engine', () => {
  it('differentiates the loss (testBasic), which counts as the sum of its elements', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 3, engine });
    expect(optimizer.lastLoss).to.equal(undefined);
    expect(optimizer.minimize(linear(v0, v1), [v0, v1])).to.equal(1);
    expect([...v0.data, ...v1.data]).to.deep.equal([-14, -13, -6, -5]);
    // (5·1 + 3·3) + (5·2 + 3·4)
    expect(optimizer.lastLoss).to.equal(36);
    expect(optimizer.iterations.item()).to.equal(1);
  });

  it('hands gradLoss to it (testPrecomputedGradient); null is none', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 3, engine });
    optimizer.minimize(linear(v0, v1), [v0, v1], { gradLoss: [42, -42] });
    expect([...v0.data, ...v1.data]).to.deep.equal([1 - 630, 2 + 630, 3 - 378, 4 + 378]);
    optimizer.minimize(linear(v0, v1), [v0, v1], { gradLoss: null });
    expect([...v0.data, ...v1.data]).to.deep.equal([-629 - 15, 632 - 15, -375 - 9, 382 - 9]);
  });

  it('calls the loss once, then a function for the variables, which the loss may have made', () => {
    const { engine } = setup();
    const calls: string[] = [];
    let made: Variable | undefined;
    new SGD({ learningRate: 1, engine }).minimize(
      (leaf: Leaf<Scalar[]>) => {
        calls.push('loss');
        made ??= named('made', 1, 2);
        return sum(leaf(made));
      },
      () => {
        calls.push('variables');
        return [made as Variable];
      },
    );
    expect(calls).to.deep.equal(['loss', 'variables']);
    expect([...(made as Variable).data]).to.deep.equal([0, 1]);
  });

  it('takes one variable, nested lists, any iterable, and arrays', () => {
    for (const list of [
      ({ v0 }) => v0,
      ({ v0 }) => [v0],
      ({ v0 }) => [[], [[v0]]],
      ({ v0 }) => new Set([v0]),
      ({ v0 }) => [v0].values(),
      ({ v0 }) =>
        () =>
          v0,
      ({ v0 }) =>
        () => [[v0], []],
    ] as ((scene: ReturnType<typeof setup>) => never)[]) {
      const scene = setup();
      const { v0, v1, engine } = scene;
      new SGD({ learningRate: 3 }).minimize(linear(v0, v1), list(scene), { engine });
      expect([...v0.data, ...v1.data]).to.deep.equal([-14, -13, 3, 4]);
    }
    // An array stands for the same variable in the loss as in the list.
    const [p, q] = [f32(1, 2), f32(3, 4)];
    const loss = (leaf: Leaf<Scalar[]>) => sum([...leaf(p), ...leaf(q.subarray(0))]);
    new SGD({ learningRate: 3 }).minimize(loss, p, { engine: new TapeEngine() });
    new SGD({ learningRate: 3 }).minimize(loss, [p, q], { engine: new TapeEngine() });
    expect([...p, ...q]).to.deep.equal([-5, -4, 0, 1]);
  });

  it('takes and steps variables of the engine, which sees the step by commit', () => {
    const engine = new TapeEngine();
    const [x, y] = [engine.variable('x', 1, 2), engine.variable('y', 3)];
    const optimizer = new SGD({ learningRate: 0.5, momentum: 0.5, engine });
    const loss = () => sum(x.nodes.map((node) => node.times(node))).plus(y.nodes[0]);
    const list = [x, [y]] as never;
    optimizer.minimize(loss, list);
    expect([x.values, y.values]).to.deep.equal([[0, 0], [2.5]]);
    expect(optimizer.lastLoss).to.equal(1 + 4 + 3);
    optimizer.minimize(loss, list);
    expect([x.values, y.values]).to.deep.equal([[-0.5, -1], [1.75]]);
    // Its state is to be had under the engine's variable as well, and named after what stands for it.
    expect([...optimizer.getSlot(x as never, 'momentum').data]).to.deep.equal([-0.5, -1]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'x/momentum', 'y/momentum']);
    optimizer.addSlot(y as never, 'mean');
    optimizer.release(x as never);
    optimizer.build([x] as never);
    expect(
      optimizer
        .getWeights()
        .map(({ name }) => name)
        .slice(1),
    ).to.deep.equal(['y/momentum', 'y/mean', 'x/momentum']);
  });

  it('can be taken apart, to process gradients: getGradients, then applyGradients', () => {
    const engine = new TapeEngine();
    const x = engine.variable('x', 1, 2);
    const optimizer = new SGD({ learningRate: 1, engine });
    const gradients = optimizer.getGradients(() => x.nodes.map((node) => node.times(node)), [x] as never);
    expect(gradients).to.deep.equal([[2, 4]]);
    expect(optimizer.lastLoss).to.equal(5);
    const halves = gradients.map((gradient) => (gradient as number[]).map((g) => g / 2));
    optimizer.applyGradients(halves.map((gradient) => [gradient, x as never]));
    expect(x.values).to.deep.equal([0, 0]);
  });

  it('leaves variables alone that the loss does not depend on, or that are not trainable', () => {
    const { engine, v0, v1 } = setup();
    const frozen = named('frozen', 1, 1);
    frozen.trainable = false;
    const optimizer = new SGD({ learningRate: 3, engine });
    const loss = (leaf: Leaf<Scalar[]>) => sum([...leaf(v0), ...leaf(frozen)]);
    expect(optimizer.minimize(loss, [v0, v1, frozen])).to.equal(1);
    expect([...v0.data, ...v1.data, ...frozen.data]).to.deep.equal([-2, -1, 3, 4, 1, 1]);
    // The engine was not asked to differentiate by what stays as it is, unless that is the question.
    expect(engine.log).to.include('differentiate by v0, v1');
    expect(optimizer.getUpdates(loss, [v0, frozen])).to.deep.equal([2]);
    expect(optimizer.getGradients(loss, [v0, frozen])).to.deep.equal([
      [1, 1],
      [1, 1],
    ]);
    expect(engine.log.slice(-1)).to.deep.equal(['differentiate by v0, frozen']);
    expectError(() => optimizer.minimize(loss, [v1]), RangeError, 'ERR_ADAMAX_NO_GRADIENTS', /received null for 'v1'$/);
    for (const method of ['getUpdates', 'getGradients'] as const) {
      const message = /^gradient of 'v1' must exist: received undefined$/;
      expectError(() => optimizer[method](loss, [v0, v1]), RangeError, 'ERR_ADAMAX_NO_GRADIENTS', message);
    }
    expect(optimizer.iterations.item()).to.equal(2);
  });

  it('evaluates the loss for an empty list, and takes no step (testEmptyVarList)', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new Adamax({ engine });
    expect(optimizer.minimize(linear(v0, v1), [])).to.equal(0);
    expect(optimizer.lastLoss).to.equal(36);
    expect(engine.log).to.deep.equal(['differentiate by ']);
  });
});

describe('an engine', () => {
  it('belongs to an optimizer or to a call, and null is none', () => {
    const { engine, v0, v1 } = setup();
    const own = new TapeEngine();
    const optimizer = new SGD({ learningRate: 3, engine: own });
    expect(optimizer.engine).to.equal(own);
    optimizer.minimize(linear(v0, v1), [v0, v1], { engine, name: 'operation' });
    expect([engine.log.length, own.log.length]).to.deep.equal([2, 0]);
    expect(optimizer.minimize(() => ({ loss: 7, gradients: [[1, 1]] }), [v0], { engine: null })).to.equal(2);
    expect([optimizer.lastLoss, own.log.length]).to.deep.equal([7, 0]);
    optimizer.engine = null;
    expect(optimizer.minimize(() => ({ gradients: [[1, 1]] }), [v0])).to.equal(3);
    expect(optimizer.lastLoss).to.equal(undefined);
    // It is no part of the config, and can be set after it.
    expect(Object.keys(optimizer.getConfig())).to.not.include('engine');
    const again = SGD.fromConfig(optimizer.getConfig());
    again.engine = engine;
    again.minimize(linear(v0, v1), [v0]);
    for (const bad of [1, 'tape', {}, { differentiate: 1 }]) {
      for (const set of [
        () => new SGD({ engine: bad as never }),
        () => new Adamax({ engine: bad as never }),
        () => Object.assign(optimizer, { engine: bad }),
        () => optimizer.minimize(linear(v0, v1), [v0], { engine: bad as never }),
        () => optimizer.getGradients(linear(v0, v1), [v0], { engine: bad as never }),
      ]) {
        const message = /^engine must be a gradient engine, with a method differentiate: received /;
        expectError(set, TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
      }
    }
    const half = { differentiate: () => ({ gradients: [] }), commit: 1 };
    const message = /^engine\.commit must be a function: received 1$/;
    expectError(() => new SGD({ engine: half as never }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    expect(optimizer.engine).to.equal(null);
  });

  it('may differentiate a value that a loss has computed: getGradients and getUpdates take it, minimize does not', () => {
    const engine = new TapeEngine();
    const x = engine.variable('x', 3);
    const optimizer = new SGD({ learningRate: 1, engine });
    const loss = x.nodes[0].times(x.nodes[0]);
    expect(optimizer.getGradients(loss, [x] as never)).to.deep.equal([[6]]);
    expect(optimizer.getUpdates(loss, [x] as never)).to.deep.equal([1]);
    expect(x.values).to.deep.equal([-3]);
    const message = /^loss must be a function: received /;
    expectError(() => optimizer.minimize(loss as never, [x] as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    expectError(
      () => optimizer.getGradients(loss, [x] as never, { engine: null }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      message,
    );
  });

  it('commits after the step has been counted, and not after one that failed or had nothing to do', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 1, engine });
    const counts: number[] = [];
    engine.commit = () => {
      counts.push(optimizer.iterations.item());
      // The turn is over: it may call anything.
      optimizer.getWeights();
    };
    optimizer.minimize(linear(v0, v1), [v0]);
    optimizer.applyGradients([[f32(1, 1), v1]]);
    expect(() => optimizer.applyGradients([[f32(1), v1]])).to.throw();
    expect(() => optimizer.minimize(linear(v0, v1), [v0, v0])).to.throw(/each variable once/);
    optimizer.applyGradients([]);
    optimizer.minimize(linear(v0, v1), []);
    expect(counts).to.deep.equal([1, 2]);
    engine.commit = () => {
      throw new Error('no room');
    };
    expect(() => optimizer.minimize(linear(v0, v1), [v0])).to.throw('no room');
    expect(optimizer.iterations.item()).to.equal(3);
  });

  it('is held to its contract: the loss once, the variables after it, a gradient for each', () => {
    const { v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 1 });
    const loss = () => 5;
    const leaf = () => 1;
    type Differentiate = GradientEngine['differentiate'];
    for (const [differentiate, type, code, message] of [
      [
        (f) => {
          f(leaf);
          f(leaf);
        },
        TypeError,
        'ERR_ADAMAX_ENGINE',
        /^engine must call the loss once: received a second call$/,
      ],
      [
        (f, variables) => {
          variables();
          f(leaf);
        },
        TypeError,
        'ERR_ADAMAX_ENGINE',
        /^engine must ask for variables after the loss: received a call before it$/,
      ],
      [
        () => ({ gradients: [] }),
        TypeError,
        'ERR_ADAMAX_ENGINE',
        /^engine must call the loss: received a result without$/,
      ],
      [
        (f) => f(undefined as never),
        TypeError,
        'ERR_ADAMAX_ENGINE',
        /^engine must call the loss with a function for its leaves: received undefined$/,
      ],
      [(f) => f(leaf), TypeError, 'ERR_ADAMAX_ENGINE', /^engine must return \{ loss, gradients \}: received 5$/],
      [
        (f) => {
          f(leaf);
          return { gradients: 1 };
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradients of the engine must be an array: received 1$/,
      ],
      [
        (f) => {
          f(leaf);
          return { gradients: [[1, 1]] };
        },
        RangeError,
        'ERR_ADAMAX_LENGTH',
        /^gradients of the engine must have 2 items, one for each variable: received 1$/,
      ],
      [
        (f) => {
          f(leaf);
          return {
            loss: '5',
            gradients: [
              [1, 1],
              [1, 1],
            ],
          };
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^loss of the engine must be a number: received '5'$/,
      ],
    ] as [(...args: Parameters<Differentiate>) => unknown, typeof TypeError, 'ERR_ADAMAX_ENGINE', RegExp][]) {
      const engine = { differentiate } as GradientEngine;
      expectError(() => optimizer.minimize(loss, [v0, v1], { engine }), type, code, message);
    }
    const adopting = { differentiate: new TapeEngine().differentiate, adopt: () => 3 };
    expectError(
      () => new SGD({ engine: adopting as never }).build([{}] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^what stands for varList must be a float32 Variable: received 3$/,
    );
    expect([...v0.data, ...v1.data]).to.deep.equal([1, 2, 3, 4]);
    expect(optimizer.iterations.item()).to.equal(0);
  });

  it('gets errors of the loss, the list and the engine through as they are', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ engine });
    const fail = (): never => {
      throw new Error('mine');
    };
    expect(() => optimizer.minimize(fail, [v0])).to.throw('mine');
    expect(() => optimizer.minimize(linear(v0, v1), fail)).to.throw('mine');
    expect(() => optimizer.minimize(linear(v0, v1), [v0], { engine: { differentiate: fail } })).to.throw('mine');
    expect(optimizer.lastLoss).to.equal(undefined);
    expectError(
      () => optimizer.minimize((leaf: Leaf<Value>) => leaf(3 as never), [v0]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^leaf must be a Variable or a Float32Array: received 3$/,
    );
    const endless: unknown[] = [v0];
    endless.push(endless);
    expectError(
      () => optimizer.minimize(linear(v0, v1), endless as never),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^varList must be nested at most 100 deep: received /,
    );
  });
});

describe('a loss that takes time', () => {
  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 1, value));

  it('is waited for by minimizeAsync, with an engine and without', async () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 3, engine });
    const calls: string[] = [];
    const loss = async (leaf: Leaf<Scalar[]>) => {
      const value = linear(v0, v1)(leaf);
      await later(0);
      calls.push('loss');
      return value;
    };
    const variables = () => {
      calls.push('variables');
      return [v0, v1];
    };
    expect(await optimizer.minimizeAsync(loss, variables)).to.equal(1);
    expect(calls).to.deep.equal(['loss', 'variables']);
    expect([...v0.data, ...v1.data]).to.deep.equal([-14, -13, -6, -5]);
    expect(optimizer.lastLoss).to.equal(36);
    expect(engine.log).to.deep.equal(['differentiate by v0, v1', 'commit v0, v1']);

    const gradients = [[1, 1]];
    expect(await optimizer.minimizeAsync(() => later({ loss: 2, gradients }), v0, { engine: null })).to.equal(2);
    const slow = () => ({ loss: 3, gradients: () => later(gradients) as never });
    expect(await optimizer.minimizeAsync(slow, v0, { engine: null, gradLoss: 1 })).to.equal(3);
    expect(await optimizer.minimizeAsync(() => ({ loss: 4, gradients }), v0, { engine: null })).to.equal(4);
    expect(optimizer.lastLoss).to.equal(4);
    expect([...v0.data]).to.deep.equal([-14 - 9, -13 - 9]);
  });

  it('is refused by the others, and by engines that cannot wait; its own failure is nobody’s then', async () => {
    const { v0 } = setup();
    const { differentiate } = new TapeEngine();
    const engine = { differentiate: differentiate.bind(new TapeEngine()) };
    const optimizer = new SGD();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const failing = () => Promise.reject(new Error('late'));
    for (const given of [null, engine]) {
      for (const method of ['minimize', 'getUpdates', 'getGradients'] as const) {
        const message = new RegExp(
          `^loss\\(\\) must not take time in ${method} \\(minimizeAsync waits for it\\): received a promise$`,
        );
        expectError(() => optimizer[method](failing, v0, { engine: given }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
      }
    }
    const refused = await optimizer.minimizeAsync(failing, v0, { engine }).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'ERR_ADAMAX_ARG_TYPE');
    const asked = { differentiate: () => later({ gradients: [] }) as never };
    const message = /must not take time in minimize /;
    expectError(() => optimizer.minimize(() => 1, v0, { engine: asked }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    await later(0);
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
    expect(await optimizer.minimizeAsync(failing, v0).catch((error: Error) => error.message)).to.equal('late');
    expect(await optimizer.minimizeAsync(3 as never, v0).catch((error: Error) => error.message)).to.match(/^loss must/);
    expect([...v0.data, optimizer.iterations.item()]).to.deep.equal([1, 2, 0]);
  });

  it('leaves the optimizer free meanwhile; of two steps at once, one is refused', async () => {
    const optimizer = new SGD({ learningRate: 1 });
    const [v, large] = [named('v', 1), new Variable(new Float32Array(2 ** 20), { name: 'large' })];
    const slow = optimizer.minimizeAsync(() => later({ gradients: [[1]] }), v);
    optimizer.applyGradients([[f32(1), v]]);
    expect(await slow).to.equal(2);
    expect(v.data[0]).to.equal(-1);
    const ones = new Float32Array(2 ** 20).fill(1);
    const both = await Promise.allSettled([
      optimizer.minimizeAsync(() => ({ gradients: [ones] }), large),
      optimizer.minimizeAsync(() => ({ gradients: [ones] }), large),
    ]);
    const steps = both.filter(({ status }) => status === 'fulfilled').length;
    expect(large.data.every((x) => x === -steps)).to.equal(true);
    expect(optimizer.iterations.item()).to.equal(2 + steps);
  });
});

describe('a network with two layers', () => {
  it('learns exclusive or by an engine, and is resumed in the midst', () => {
    const learn = (halves: boolean) => {
      const engine = new TapeEngine();
      const hidden = engine.variable('hidden', 0.5, -0.6, 0.1, 0.7, 0.4, -0.2, -0.3, 0.8, 0.05, -0.9, 0.3, 0.2);
      const output = engine.variable('output', 0.6, -0.5, 0.8, -0.7, 0.1);
      const square = (x: Scalar) => x.times(x);
      const predict = (a: number, b: number) => {
        const h = hidden.nodes;
        const units = [0, 1, 2, 3].map((j) =>
          square(
            h[3 * j]
              .times(a)
              .plus(h[3 * j + 1].times(b))
              .plus(h[3 * j + 2]),
          ),
        );
        return sum(units.map((unit, j) => unit.times(output.nodes[j]))).plus(output.nodes[4]);
      };
      const loss = () =>
        sum(
          [
            [0, 0, 0],
            [0, 1, 1],
            [1, 0, 1],
            [1, 1, 0],
          ].map(([a, b, y]) => square(predict(a, b).minus(y))),
        );
      let optimizer = new Adamax({ learningRate: 0.02, engine });
      const losses: number[] = [];
      const variables = [hidden, output] as TapeVariable[] as never;
      for (let k = 0; k < 200; k++) {
        if (halves && k === 77) {
          const text = JSON.stringify([optimizer.getConfig(), optimizer.getWeights()]);
          const [config, weights] = JSON.parse(text);
          optimizer = Adamax.fromConfig(config);
          optimizer.engine = engine;
          optimizer.build(variables);
          optimizer.setWeights(weights);
        }
        expect(optimizer.minimize(loss, variables)).to.equal(k + 1);
        losses.push(optimizer.lastLoss as number);
      }
      return losses;
    };
    const losses = learn(false);
    expect(losses[0]).to.be.greaterThan(1);
    expect(losses[199]).to.be.lessThan(0.01);
    expect(learn(true)).to.deep.equal(losses);
  });
});

describe('RMSprop', () => {
  it('with an engine of its own option', () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new RMSprop({ engine, learningRate: 0.5 });
    expect(optimizer.minimize(linear(v0, v1), [[v0], v1])).to.equal(1);
    expect(v0.data[0]).to.be.lessThan(1);
  });
});
