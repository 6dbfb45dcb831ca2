import { Adamax, type Gradient, IndexedSlices, type LossResult, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

/** loss = 5·v0 + 3·v1 (optimizer_v2_test.py), with gradients as reverse-mode differentiation gives them. */
function linear(v0: Float32Array, v1: Float32Array): () => LossResult {
  return () => ({
    loss: 5 * v0[0] + 3 * v1[0],
    gradients: (variables, gradLoss) => {
      const upstream = (gradLoss as number[] | undefined) ?? [1, 1];
      return variables.map(({ data }) => upstream.map((g) => g * (data === v0 ? 5 : 3)));
    },
  });
}

describe('minimize', () => {
  it('evaluates the loss once and applies its gradients (testBasic)', () => {
    const [v0, v1] = [f32(1, 2), f32(3, 4)];
    let calls = 0;
    const optimizer = new SGD({ learningRate: 3 });
    const loss = linear(v0, v1);
    const steps = optimizer.minimize(() => {
      calls++;
      return loss();
    }, [v0, v1]);
    expect([...v0, ...v1]).to.deep.equal([-14, -13, -6, -5]);
    expect([steps, calls, optimizer.iterations.item()]).to.deep.equal([1, 1, 1]);
  });

  it('hands gradLoss to the gradients (testPrecomputedGradient)', () => {
    const [v0, v1] = [f32(1, 2), f32(3, 4)];
    new SGD({ learningRate: 3 }).minimize(linear(v0, v1), [v0, v1], { gradLoss: [42, -42] });
    expect([...v0, ...v1]).to.deep.equal([1 - 630, 2 + 630, 3 - 378, 4 + 378]);
  });

  it('takes gradients as a list or as a map, and asks a function for the variables after the loss', () => {
    let v: Variable | undefined;
    const optimizer = new SGD({ learningRate: 1 });
    optimizer.minimize(
      () => {
        v ??= new Variable(f32(1, 2));
        return { gradients: [[1, 1]] };
      },
      () => [v as Variable],
    );
    optimizer.minimize(
      () => ({ gradients: new Map<Variable, Gradient>([[v as Variable, f32(1, 0)]]) }),
      [v as Variable],
    );
    expect([...(v as Variable).data]).to.deep.equal([-1, 1]);
  });

  it('takes sparse gradients, and leaves variables without one alone', () => {
    const table = new Variable(f32(1, 2), { shape: [2, 1] });
    new SGD({ learningRate: 1 }).minimize(() => ({ gradients: [new IndexedSlices(f32(1), [1])] }), [table]);
    expect([...table.data]).to.deep.equal([1, 1]);
  });

  it('does nothing for no variables, but evaluates the loss (testEmptyVarList)', () => {
    let calls = 0;
    const optimizer = new SGD();
    expect(
      optimizer.minimize(() => {
        calls++;
        return { gradients: [] };
      }, []),
    ).to.equal(0);
    expect(calls).to.equal(1);
  });

  it('refuses what gives no gradients', () => {
    const v = f32(1);
    const optimizer = new Adamax();
    expectError(
      () => optimizer.minimize(5 as never, [v]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^loss must be a function: received 5$/,
    );
    expectError(
      () => optimizer.minimize((() => 0.5) as never, [v]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^loss\(\) must be an object with gradients, since there is no engine: received 0\.5$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: 3 }) as never, [v]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradients of loss\(\) must be an array, a Map, or a function that returns one: received 3$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [] }), [v]),
      RangeError,
      'ERR_ADAMAX_LENGTH',
      /must have 1 items, one for each variable: received 0$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [null] }), [v]),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /received null for variable of gradients\[0\]$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [[1]] }), [v], { gradLoss: 2 }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^gradients of loss\(\) must be a function where gradLoss is given: received \[ \[Array\] \]$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [[1]] }), 3 as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^varList must be a Variable, a Float32Array, an iterable of them, or a function: received 3$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [[1]] }), [{}] as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^varList\[0\] must be a float32 Variable, a Float32Array or an iterable of them: received \{\}$/,
    );
    expectError(
      () => optimizer.minimize(() => ({ gradients: [[1]] }), [v], { loss: 1 } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'loss'$/,
    );
    expect([v[0], optimizer.iterations.item(), optimizer.weights.length]).to.deep.equal([1, 0, 1]);
  });
});

describe('getGradients and getUpdates', () => {
  it('give the gradients of a loss, and apply them', () => {
    const [v0, v1] = [f32(1, 2), f32(3, 4)];
    const optimizer = new SGD({ learningRate: 3 });
    expect(optimizer.getGradients(linear(v0, v1), [v0, v1])).to.deep.equal([
      [5, 5],
      [3, 3],
    ]);
    expect(optimizer.getUpdates(linear(v0, v1), [v0, v1])).to.deep.equal([1]);
    expect([...v0, ...v1]).to.deep.equal([-14, -13, -6, -5]);
  });

  it('ask a function for the variables once', () => {
    let asked = 0;
    const v = f32(1);
    const varList = () => {
      asked++;
      return [v];
    };
    new SGD({ learningRate: 1 }).getUpdates(() => ({ gradients: [[1]] }), varList);
    expect([asked, v[0]]).to.deep.equal([1, 0]);
  });

  it('refuse a gradient that is missing, naming the variable', () => {
    const v = new Variable(f32(1), { name: 'w' });
    const optimizer = new SGD();
    for (const method of ['getGradients', 'getUpdates'] as const) {
      expectError(
        () => optimizer[method](() => ({ gradients: [null] }), [v]),
        RangeError,
        'ERR_ADAMAX_NO_GRADIENTS',
        /^gradient of 'w' at gradients\[0\] must exist: received null$/,
      );
    }
    expect(v.data[0]).to.equal(1);
  });
});
