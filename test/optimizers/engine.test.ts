import { Adamax, type GradientEngine, type Leaf, SGD, type Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { linear, named, setup } from '../support/linear.js';
import { TapeEngine, TapeVariable, type Value } from '../support/tape.js';

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
    const x = new TapeVariable('x', 3);
    const optimizer = new SGD({ learningRate: 1, engine });
    const loss = x.nodes[0].times(x.nodes[0]);
    expect(optimizer.getGradients(loss, [x])).to.deep.equal([[6]]);
    expect(optimizer.getUpdates(loss, [x])).to.deep.equal([1]);
    expect(x.values).to.deep.equal([-3]);
    const message = /^loss must be a function: received /;
    expectError(() => optimizer.minimize(loss as never, [x]), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    expectError(() => optimizer.getGradients(loss, [x], { engine: null }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
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
        /^engine must call the loss: received a result without a call$/,
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

  it('cannot catch what it is told of its contract, nor the error of a loss', () => {
    const { v0 } = setup();
    const quiet: GradientEngine = {
      differentiate(loss, variables) {
        for (let k = 0; k < 2; k++) {
          try {
            loss(() => 1);
          } catch {}
        }
        return { gradients: variables().map(() => [1, 1]) };
      },
    };
    const optimizer = new SGD({ engine: quiet });
    const twice = /^engine must call the loss once: received a second call$/;
    expectError(() => optimizer.minimize(() => 1, v0), TypeError, 'ERR_ADAMAX_ENGINE', twice);
    const failing = () => {
      throw new Error('mine');
    };
    expect(() => optimizer.minimize(failing, v0)).to.throw('mine');
    expect([...v0.data]).to.deep.equal([1, 2]);
  });

  it('has no effect when its call is over', () => {
    const { v0 } = setup();
    const kept: (() => unknown)[] = [];
    const keeping: GradientEngine = {
      differentiate(loss, variables) {
        loss(() => 1);
        kept.push(
          () => loss(() => 1),
          () => variables(),
        );
        return { gradients: variables().map(() => [1, 1]) };
      },
    };
    let calls = 0;
    new SGD().minimize(() => calls++, v0, { engine: keeping });
    for (const call of kept) {
      expectError(call, TypeError, 'ERR_ADAMAX_ENGINE', /before it returns: received a call after that$/);
    }
    expect(calls).to.equal(1);
  });

  it('gets lists of its own, so that it steps nothing that was not listed', () => {
    const { v0, v1 } = setup();
    const engine: GradientEngine = {
      differentiate(loss, variables) {
        loss(() => 1);
        (variables() as Variable[])[0] = v1;
        return { gradients: [[1, 1]] };
      },
    };
    new SGD({ learningRate: 1 }).minimize(() => 1, v0, { engine });
    expect([...v0.data, ...v1.data]).to.deep.equal([0, 1, 3, 4]);
  });

  it('is asked again for its variables when it is exchanged, and not within a step', () => {
    const x = {};
    const make = (name: string) => {
      const master = named(name, 1);
      const log: string[] = [];
      const differentiate: GradientEngine['differentiate'] = () => ({ gradients: [] });
      const commit = (variables: readonly Variable[]) => void log.push(...variables.map((variable) => variable.name));
      return { master, log, engine: { differentiate, commit, adopt: (t: unknown) => (t === x ? master : undefined) } };
    };
    const [first, second] = [make('first'), make('second')];
    const optimizer = new SGD({ learningRate: 1, engine: first.engine });
    const step = (rate = () => 1) => {
      optimizer.learningRate = rate;
      optimizer.applyGradients([[f32(1), x as never]]);
    };
    step();
    optimizer.engine = second.engine;
    step();
    expect([first.master.data[0], second.master.data[0]]).to.deep.equal([0, 0]);
    expect([first.log, second.log]).to.deep.equal([['first'], ['second']]);
    const within = () => {
      optimizer.engine = null;
      return 1;
    };
    expectError(() => step(within), TypeError, 'ERR_ADAMAX_BUSY', /^engine must not be called by code that/);
    optimizer.engine = null;
    const message = /^gradsAndVars\[0\]\[1\] must be a Variable or a Float32Array: received \{\}$/;
    expectError(() => step(), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
  });

  it('names what minimize was given, where a step refuses it', () => {
    const { engine, v0, v1 } = setup();
    v0.trainable = false;
    const optimizer = new SGD();
    const bad = { ...engine, differentiate: engineOf(() => [3]) } as GradientEngine;
    for (const [call, type, code, message] of [
      [
        () => optimizer.minimize(() => 1, [v0, v1], { engine: bad }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^gradient of 'v1' at gradients\[0\] must be a Float32Array, .*: received 3$/,
      ],
      [
        () => optimizer.minimize(() => ({ gradients: [[1, 1], [1]] }), [v0, v1]),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^gradient of 'v1' at gradients\[1\] must have 2 elements, for shape \[2\]: received \[ 1 \]$/,
      ],
      [
        () => optimizer.minimize(linear(v0, v1), [v1, v1], { engine }),
        RangeError,
        'ERR_ADAMAX_DUPLICATE',
        /^varList must list each variable once: received 'v1' of gradients\[0\] and again of gradients\[1\]$/,
      ],
      [
        () => optimizer.minimize(() => 1, [v1], { engine: { differentiate: engineOf(() => [undefined]) } }),
        RangeError,
        'ERR_ADAMAX_NO_GRADIENTS',
        /^varList must hold a gradient for some variable: received null for 'v1' of gradients\[0\]$/,
      ],
      [
        () => optimizer.minimize(() => 1, [v1], { engine, name: 3 as never }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^name must be a string: received 3$/,
      ],
      [
        () => optimizer.getUpdates(undefined as never, [v1], { engine }),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^loss must be a function: received undefined$/,
      ],
    ] as [() => unknown, typeof TypeError, 'ERR_ADAMAX_ARG_TYPE', RegExp][]) {
      expectError(call, type, code, message);
    }
    expect([...v0.data, ...v1.data, optimizer.iterations.item()]).to.deep.equal([1, 2, 3, 4, 0]);
    expect(optimizer.lastLoss).to.equal(undefined);
  });
});

/** An engine's method that returns what it is told to. */
function engineOf(gradients: () => readonly unknown[]): GradientEngine['differentiate'] {
  return (loss) => {
    loss(() => 1);
    return { loss: 1, gradients: gradients() as [] };
  };
}
