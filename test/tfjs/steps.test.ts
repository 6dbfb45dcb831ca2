import { Adagrad, Adamax, type Gradient, type Optimizer, RMSprop, SGD, schedules, Variable } from 'adamax';
import { createTfjs, type TfjsOptimizer } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { gradientsOf, named, valuesOf, variables } from './models.js';
import { onBackends, tf } from './peer.js';

const SHAPES = [[3, 4], [4], [], [0], [700], [2, 3, 5]];

/** Variables of TensorFlow.js, and arrays with the same numbers. */
function twins(seed = 1) {
  const list = variables(SHAPES, seed);
  return { list, arrays: list.map((one) => new Variable(valuesOf(one), { shape: one.shape })) };
}

onBackends('a step', () => {
  onEveryImplementation('of each optimizer', () => {
    const tfjs = createTfjs(tf);
    /** What makes an optimizer for TensorFlow.js, and one of the core that is like it. */
    const both = (
      Ours: new (options: never) => TfjsOptimizer,
      Core: new (options: never) => Optimizer,
      options: () => object,
    ) => [() => new Ours(options() as never), () => new Core(options() as never)] as const;
    const cases = {
      Adamax: both(tfjs.Adamax, Adamax, () => ({ learningRate: 0.1 })),
      'Adamax with a schedule, clipping and decay': both(tfjs.Adamax, Adamax, () => ({
        learningRate: new schedules.ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
        clipnorm: 1.5,
        clipvalue: 0.5,
        decay: 0.1,
      })),
      'Adamax with bfloat16 slots': both(tfjs.Adamax, Adamax, () => ({ slotDtype: 'bfloat16' })),
      Adagrad: both(tfjs.Adagrad, Adagrad, () => ({})),
      'RMSprop, centered with momentum': both(tfjs.RMSprop, RMSprop, () => ({ momentum: 0.9, centered: true })),
      SGD: both(tfjs.SGD, SGD, () => ({ learningRate: 0.5 })),
      'SGD with momentum': both(tfjs.SGD, SGD, () => ({ momentum: 0.9, nesterov: true })),
    };

    for (const [name, [makeOurs, makeCore]] of Object.entries(cases)) {
      it(`has the bits of the core: ${name}`, () => {
        const [ours, core] = [makeOurs(), makeCore()];
        const { list, arrays } = twins();
        for (let k = 1; k <= 5; k++) {
          const gradients = gradientsOf(list, 10 * k + 1);
          expect(ours.applyGradients(named(list, gradients))).to.equal(k);
          core.applyGradients(arrays.map((variable, i) => [valuesOf(gradients[i]), variable] as const));
          list.forEach((variable, i) => {
            expectSameBits(valuesOf(variable), arrays[i].data, `${variable.name}, step ${k}`);
          });
          tf.dispose(gradients);
        }
        expect(ours.iterations).to.equal(5);
        const slots = (optimizer: Optimizer) => optimizer.getWeights().map(({ data }) => String(data));
        expect(slots(ours.core)).to.deep.equal(slots(core));
        ours.dispose();
        tf.dispose(list);
      });
    }
  });

  it('takes gradients by name, in lists, and as pairs of Keras, with the same outcome', () => {
    const { Adamax: Ours } = createTfjs(tf);
    const outcomes = ['map', 'list', 'pairs', 'generator', 'arrays'].map((form) => {
      const { list } = twins();
      const tensors = gradientsOf(list, 7);
      const pairs = list.map((variable, i) => [tensors[i], variable] as const);
      const forms: Record<string, Parameters<InstanceType<typeof Ours>['applyGradients']>[0]> = {
        map: Object.fromEntries(list.map(({ name }, i) => [name, tensors[i]])),
        list: named(list, tensors),
        pairs,
        generator: new Set(pairs),
        arrays: pairs.map(([tensor, variable]) => [valuesOf(tensor), variable] as const),
      };
      const optimizer = new Ours(0.1);
      optimizer.applyGradients(forms[form]);
      optimizer.applyGradients(forms[form]);
      return list.map((variable) => String(valuesOf(variable)));
    });
    for (const outcome of outcomes) expect(outcome).to.deep.equal(outcomes[0]);
  });

  it('takes variables of both libraries at once, and gradients that are missing for some', () => {
    const { SGD: Ours } = createTfjs(tf);
    const optimizer = new Ours(1);
    const v = tf.variable(tf.tensor1d([1, 2]));
    const w = tf.variable(tf.tensor1d([5]));
    const array = new Float32Array([3]);
    const steps = optimizer.applyGradients([
      [tf.tensor1d([1, 1]), v],
      [Float32Array.of(2), array],
      [undefined, w],
    ]);
    expect([steps, ...valuesOf(v), ...array, ...valuesOf(w)]).to.deep.equal([1, 0, 1, 1, 5]);
    optimizer.applyGradients([
      { name: v.name, tensor: tf.tensor1d([1, 1]) },
      { name: w.name, tensor: undefined as never },
    ]);
    expect([...valuesOf(v), ...valuesOf(w)]).to.deep.equal([-1, 0, 5]);
  });

  it('leaves variables alone that are not trainable', () => {
    const { SGD: Ours } = createTfjs(tf);
    const [v, w] = [tf.variable(tf.tensor1d([1])), tf.variable(tf.tensor1d([1]), false)];
    const optimizer = new Ours(1);
    const step = () => optimizer.applyGradients(named([v, w], [tf.tensor1d([1]), tf.tensor1d([1])]));
    step();
    expect([...valuesOf(v), ...valuesOf(w)]).to.deep.equal([0, 1]);
    w.trainable = true;
    step();
    expect([...valuesOf(v), ...valuesOf(w)]).to.deep.equal([-1, 0]);
  });

  it('refuses what fits no variable; nothing has changed', () => {
    const { SGD: Ours } = createTfjs(tf);
    const optimizer = new Ours(1);
    const v = tf.variable(tf.ones([2, 3]), true, `v${Math.random()}`);
    const disposed = tf.ones([2, 3]);
    disposed.dispose();
    const given = (tensor: unknown) => () => optimizer.applyGradients([{ name: v.name, tensor } as never]);
    expectError(given(tf.ones([3, 2])), RangeError, 'ERR_ADAMAX_SHAPE', /shape of the gradient .*\[2, 3\].* \[3, 2\]/);
    expectError(given(tf.ones([2, 3], 'int32')), TypeError, 'ERR_ADAMAX_ARG_TYPE', /dtype of the gradient .*'int32'/);
    expectError(given(disposed), TypeError, 'ERR_ADAMAX_DETACHED', /disposed of/);
    expectError(given('x'), TypeError, 'ERR_ADAMAX_ARG_TYPE', /received 'x'/);
    expectError(given(undefined), RangeError, 'ERR_ADAMAX_NO_GRADIENTS', /received null for/);
    const unknown = () => optimizer.applyGradients({ 'no such': tf.ones([1]) });
    expectError(unknown, TypeError, 'ERR_ADAMAX_ARG_TYPE', /variables in use: received 'no such'/);
    for (const bad of [5, null, [5], [{}]]) {
      expectError(() => optimizer.applyGradients(bad as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^gradients must be/);
    }
    for (const steps of [0, 1]) {
      const gone = tf.variable(tf.zeros([1]));
      const other = new Ours(1);
      const step = () => other.applyGradients([[tf.ones([1]), gone]]);
      if (steps > 0) step();
      gone.dispose();
      expectError(step, TypeError, 'ERR_ADAMAX_ARG_TYPE', /a variable that was not disposed of/);
    }
    const twice = named([v, v], [tf.ones([2, 3]), tf.ones([2, 3])]);
    expectError(() => optimizer.applyGradients(twice), RangeError, 'ERR_ADAMAX_DUPLICATE', /listed|list each/);
    const int = tf.variable(tf.tensor1d([1], 'int32'));
    expectError(() => optimizer.applyGradients([[tf.ones([1]), int]]), TypeError, 'ERR_ADAMAX_ARG_TYPE', /dtype of/);
    expect([optimizer.iterations, ...valuesOf(v)]).to.deep.equal([0, 1, 1, 1, 1, 1, 1]);
    expect(optimizer.applyGradients([])).to.equal(0);
  });

  it('skips or refuses gradients that are not finite, where it is told to', () => {
    const { SGD: Ours } = createTfjs(tf);
    const v = tf.variable(tf.tensor1d([1, 2]));
    const bad = () => named([v], [tf.tensor1d([1, Number.NaN])]);
    const before = tf.memory();
    const [skipping, throwing] = [new Ours({ nonFinite: 'skip' }), new Ours({ nonFinite: 'throw' })];
    expect(skipping.applyGradients(bad())).to.equal(0);
    expect(skipping.core.skippedSteps).to.equal(1);
    expectError(() => throwing.applyGradients(bad()), RangeError, 'ERR_ADAMAX_NON_FINITE', /NaN/);
    expect([...valuesOf(v)]).to.deep.equal([1, 2]);
    expect(tf.memory().numTensors).to.equal(before.numTensors + 2); // those of bad()
  });

  it('takes a learning rate that is set at any time', () => {
    const { SGD: Ours } = createTfjs(tf);
    const optimizer = new Ours({ learningRate: 1 });
    const v = tf.variable(tf.scalar(4));
    const step = () => optimizer.applyGradients(named([v], [tf.scalar(1)]));
    step();
    optimizer.learningRate = 0.5;
    step();
    optimizer.learningRate = (iterations: number) => iterations / 8;
    step();
    expect([...valuesOf(v)]).to.deep.equal([2.25]);
    expect(optimizer.learningRate).to.be.a('function');
  });

  it('goes by TensorFlow.js as its engine, and by no other', () => {
    const { SGD: Ours } = createTfjs(tf);
    const optimizer = new Ours(1);
    const v = tf.variable(tf.zeros([1]));
    const { engine } = optimizer.core;
    optimizer.core.engine = null;
    const step = () => optimizer.applyGradients(named([v], [tf.ones([1])]));
    expectError(step, TypeError, 'ERR_ADAMAX_STATE', /engine of core must stay .* received null/);
    optimizer.core.engine = engine;
    expect(step()).to.equal(1);
  });

  it('makes no gradient of the core impossible', () => {
    const { SGD: Ours } = createTfjs(tf);
    const v = tf.variable(tf.zeros([2, 2]));
    const nested: Gradient = [
      [1, 2],
      [3, 4],
    ];
    new Ours(1).applyGradients([[nested, v]]);
    expect([...valuesOf(v)]).to.deep.equal([-1, -2, -3, -4]);
  });
});

onBackends('lastStep of the core', (name) => {
  it('has the rate and, but in the memory of the wasm backend, the norm of the gradients', () => {
    const optimizer = new (createTfjs(tf).Adamax)({ learningRate: 0.25 });
    const list = variables([[2]], 1);
    const gradient = tf.tensor1d([3, 4]);
    optimizer.applyGradients(named(list, [gradient]));
    const gradientNorm = name === 'wasm' ? undefined : 5;
    expect({ ...optimizer.core.lastStep }).to.deep.equal({
      steps: 1,
      learningRate: 0.25,
      loss: undefined,
      skipped: false,
      gradientNorm,
    });
    optimizer.dispose();
    tf.dispose([...list, gradient]);
  });
});
