import { Adagrad, Adamax, type Leaf, RMSprop, SGD, type Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { linear, named, setup } from '../support/linear.js';
import { type Scalar, sum, TapeEngine, TapeVariable } from '../support/tape.js';

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
    const [x, y] = [new TapeVariable('x', 1, 2), new TapeVariable('y', 3)];
    const optimizer = new SGD({ learningRate: 0.5, momentum: 0.5, engine });
    const loss = () => sum(x.nodes.map((node) => node.times(node))).plus(y.nodes[0]);
    const list = [x, [y]];
    optimizer.minimize(loss, list);
    expect([x.values, y.values]).to.deep.equal([[0, 0], [2.5]]);
    expect(optimizer.lastLoss).to.equal(1 + 4 + 3);
    optimizer.minimize(loss, list);
    expect([x.values, y.values]).to.deep.equal([[-0.5, -1], [1.75]]);
    // Its state is to be had under the engine's variable as well, and named after what stands for it.
    expect([...optimizer.getSlot(x, 'momentum').data]).to.deep.equal([-0.5, -1]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'x/momentum', 'y/momentum']);
    optimizer.addSlot(y, 'mean');
    optimizer.release(x);
    optimizer.build([x]);
    expect(
      optimizer
        .getWeights()
        .map(({ name }) => name)
        .slice(1),
    ).to.deep.equal(['y/momentum', 'y/mean', 'x/momentum']);
  });

  it('can be taken apart, to process gradients: getGradients, then applyGradients', () => {
    const engine = new TapeEngine();
    const x = new TapeVariable('x', 1, 2);
    const optimizer = new SGD({ learningRate: 1, engine });
    const gradients = optimizer.getGradients(() => x.nodes.map((node) => node.times(node)), [x]);
    expect(gradients).to.deep.equal([[2, 4]]);
    expect(optimizer.lastLoss).to.equal(5);
    const halves = gradients.map((gradient) => (gradient as number[]).map((g) => g / 2));
    optimizer.applyGradients(halves.map((gradient) => [gradient, x] as const));
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
    expectError(
      () => optimizer.minimize(loss, [v1]),
      RangeError,
      'ERR_ADAMAX_NO_GRADIENTS',
      /received null for 'v1' of gradients\[0\]$/,
    );
    for (const method of ['getUpdates', 'getGradients'] as const) {
      const message = /^gradient of 'v1' at gradients\[1\] must exist: received undefined$/;
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

  it('steps every rule as the gradients of the loss do that are listed by hand', () => {
    for (const Class of [Adamax, Adagrad, RMSprop, SGD]) {
      const { engine, v0, v1 } = setup();
      const [p0, p1] = [v0.data.slice(), v1.data.slice()];
      const [by, listed] = [new Class({ engine, learningRate: 0.5 }), new Class({ learningRate: 0.5 })];
      for (let k = 1; k <= 3; k++) {
        expect(by.minimize(linear(v0, v1), [[v0], v1])).to.equal(k);
        listed.applyGradients([
          [[5, 5], p0],
          [[3, 3], p1],
        ]);
      }
      expectSameBits(v0.data, p0, 'v0');
      expectSameBits(v1.data, p1, 'v1');
    }
  });
});
