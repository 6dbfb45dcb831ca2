import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { schedules } from 'adamax';
import { createTfjs, type TfjsOptimizer } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectSameWeights, named, perceptron, regression, train, valuesOf, variables, weightsOf } from './models.js';
import { onBackends, tf } from './peer.js';

const loss = 'meanSquaredError';

/** Saves a model with its optimizer, and loads it again, as if in another process but for the names. */
async function reloaded(model: LayersModel): Promise<LayersModel> {
  let saved: Parameters<typeof tf.io.fromMemory>[0] | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      // What a file would do to it.
      saved = { ...artifacts, ...JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined })) } as never;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
    }),
    { includeOptimizer: true },
  );
  return await tf.loadLayersModel(tf.io.fromMemory(saved as never));
}

async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return await promise.then(
    () => expect.fail('it was fulfilled'),
    (error: Error) => error,
  );
}

onBackends('state', () => {
  const options = () => ({
    learningRate: new schedules.ExponentialDecay({ initialLearningRate: 0.02, decaySteps: 10, decayRate: 0.9 }),
    clipnorm: 1,
  });
  const kinds: [name: string, make: () => TfjsOptimizer][] = [
    ['Adamax', () => new (createTfjs(tf).Adamax)(options())],
    ['Adamax with bfloat16 slots', () => new (createTfjs(tf).Adamax)({ slotDtype: 'bfloat16', beta1: 0.8 })],
    ['RMSprop', () => new (createTfjs(tf).RMSprop)({ learningRate: 0.01, momentum: 0.5, rho: 0.8 })],
    ['Adagrad', () => new (createTfjs(tf).Adagrad)({ learningRate: 0.01, initialAccumulatorValue: 0.2 })],
    ['SGD', () => new (createTfjs(tf).SGD)(0.01)],
  ];
  for (const [name, make] of kinds) {
    it(`goes with a saved model and is resumed to the bit: ${name}`, async () => {
      const data = regression();
      const model = perceptron();
      model.compile({ optimizer: make(), loss });
      await train(model, data, 2);
      const other = await reloaded(await reloaded(model));
      await train(model, data, 3);
      await train(other, data, 3);
      expectSameWeights(other, model);
      expect((other.optimizer as TfjsOptimizer).core.getConfig()).to.deep.equal(
        (model.optimizer as TfjsOptimizer).core.getConfig(),
      );
      expect(other.optimizer.iterations).to.equal(40);
      model.dispose();
      other.dispose();
    });
  }

  it('is in the order of TensorFlow.js, as tensors that are copies', async () => {
    const { Adamax } = createTfjs(tf);
    const optimizer = new Adamax();
    const [a, b] = [tf.variable(tf.zeros([2]), true, 'order/a'), tf.variable(tf.zeros([1, 1]), true, 'order/b')];
    optimizer.applyGradients({ 'order/a': tf.ones([2]), 'order/b': tf.ones([1, 1]) });
    const weights = await optimizer.getWeights();
    expect(weights.map(({ name }) => name)).to.deep.equal(['iter', 'order/a/m', 'order/b/m', 'order/a/v', 'order/b/v']);
    expect(weights.map(({ tensor }) => tensor.shape)).to.deep.equal([[], [2], [1, 1], [2], [1, 1]]);
    expect(weights[0].tensor.dtype).to.equal('int32');
    expect((await optimizer.saveIterations()).name).to.equal('iter');
    optimizer.applyGradients({ 'order/a': tf.zeros([2]) });
    expect([...valuesOf(weights[1].tensor)].map((x) => x.toFixed(3))).to.deep.equal(['0.100', '0.100']);
    await optimizer.setWeights(weights);
    expect(optimizer.iterations).to.equal(1);
    expect([...optimizer.core.getSlot(a, 'm').data].map((x) => x.toFixed(3))).to.deep.equal(['0.100', '0.100']);
    tf.dispose([a, b]);
  });

  it('waits for its variables, and is saved again meanwhile', async () => {
    const { SGD } = createTfjs(tf);
    const optimizer = () => new SGD({ learningRate: 1, momentum: 0.5 });
    const [a, b] = [tf.variable(tf.zeros([1]), true, 'wait/a'), tf.variable(tf.zeros([1]), true, 'wait/b')];
    const first = optimizer();
    first.applyGradients({ 'wait/a': tf.tensor1d([1]), 'wait/b': tf.tensor1d([2]) });
    const second = optimizer();
    await second.setWeights(await first.getWeights());
    // One of them is frozen at first.
    second.applyGradients({ 'wait/b': tf.tensor1d([0]) });
    const third = optimizer();
    await third.setWeights(await second.getWeights());
    third.applyGradients({ 'wait/a': tf.tensor1d([0]), 'wait/b': tf.tensor1d([0]) });
    const momentum = (v: Tensor) => third.core.getSlot(v as never, 'momentum').data[0];
    expect([momentum(a), momentum(b), third.iterations]).to.deep.equal([-0.5, -0.5, 3]);
    tf.dispose([a, b]);
  });

  it("is there for the first step of minimize in Keras' order, too", async () => {
    const { SGD } = createTfjs(tf);
    const optimizer = () => new SGD({ learningRate: 1, momentum: 0.5 });
    const [a, b] = [tf.variable(tf.ones([1]), true, 'keras/a'), tf.variable(tf.ones([1]), true, 'keras/b')];
    const loss = () => tf.add(tf.sum(a), tf.sum(b));
    const first = optimizer();
    first.minimize(loss, [a, b]);
    for (const list of [[a, [b]], () => new Set([a, b])]) {
      const second = optimizer();
      await second.setWeights(await first.getWeights());
      second.minimize(loss, list as never);
      expect([a, b].map((v) => second.core.getSlot(v, 'momentum').data[0])).to.deep.equal([-1.5, -1.5]);
      expect(second.core.getSlotNames()).to.deep.equal(['momentum']);
    }
    expect([...valuesOf(a)]).to.deep.equal([-3]);
    tf.dispose([a, b]);
  });

  it('goes by name, by name without the suffix of a second model, or by position; else it is refused', async () => {
    const { SGD } = createTfjs(tf);
    const optimizer = () => new SGD({ learningRate: 1, momentum: 0.5 });
    const make = (...names: string[]) => names.map((name, i) => tf.variable(tf.zeros([i + 1]), true, name));
    const gradients = (list: Tensor[]) => list.map((v, i) => tf.fill(v.shape, i + 1));
    const old = make('by/x', 'by/y');
    const first = optimizer();
    first.applyGradients(named(old as never, gradients(old)));
    const saved = await first.getWeights();
    const momenta = async (names: string[], order = [0, 1]) => {
      const list = make(...names);
      const second = optimizer();
      await second.setWeights(saved);
      const chosen = order.map((i) => list[i]);
      try {
        second.applyGradients(
          named(
            chosen as never,
            chosen.map(({ shape }) => tf.zeros(shape)),
          ),
        );
        return chosen.map((v) => second.core.getSlot(v, 'momentum').data[0]);
      } finally {
        tf.dispose(list);
      }
    };
    expect(await momenta(['by/x_1', 'by/y_1'], [1, 0])).to.deep.equal([-1, -0.5]);
    expect(await momenta(['by/x_1', 'by/y_1'], [1])).to.deep.equal([-1]);
    expect(await momenta(['other/1', 'other/2'])).to.deep.equal([-0.5, -1]);
    for (const [names, order, message] of [
      [['other/1', 'other/2'], [1, 0], /weights of 'other\/2' must have the shape \[2\]: received \[1\] of 'by\/x'/],
      [['other/1', 'other/2'], [1], /weights must be of the variables that are trained \('other\/2'\): received/],
    ] as const) {
      const error = await rejection(momenta([...names], [...order]));
      expect(error.message).to.match(message);
      expect(error.code).to.equal('ERR_ADAMAX_WEIGHTS');
    }
    tf.dispose(old);
  });

  it('that is not of this optimizer is refused, and nothing has changed', async () => {
    const { Adamax, SGD } = createTfjs(tf);
    const optimizer = new Adamax();
    const [v] = variables([[2]]);
    optimizer.applyGradients(named([v], [tf.ones([2])]));
    const before = (await optimizer.getWeights()).map(({ tensor }) => String(valuesOf(tensor)));
    const iter = { name: 'iter', tensor: tf.scalar(3, 'int32') };
    const m = { name: `${v.name}/m`, tensor: tf.ones([2]) };
    for (const [weights, message] of [
      [[], /begin with iter/],
      [[m], /begin with iter/],
      [
        [{ name: 'iter', tensor: tf.scalar(-1, 'int32') }],
        /iter must be a number of steps, from 0 to 2147483647: received -1/,
      ],
      [[iter, { name: 'x/momentum', tensor: tf.ones([2]) }], /<variable>\/m or <variable>\/v: received 'x\/momentum'/],
      [[iter, m], /must have m and v of each variable: received m of/],
      [
        [iter, { ...m, tensor: tf.ones([3]) }, { name: `${v.name}/v`, tensor: tf.ones([3]) }],
        /the shape \[2\]: received \[3\]/,
      ],
      [5, /weights must be a list/],
    ] as const) {
      const error = await rejection(optimizer.setWeights(weights as never));
      expect(error.message).to.match(message);
    }
    expect((await optimizer.getWeights()).map(({ tensor }) => String(valuesOf(tensor)))).to.deep.equal(before);
    expect((await rejection(new SGD().setWeights([iter, m]))).message).to.match(/weights must be of iter: received/);
  });

  it('survives that layers are frozen and thawed, and the model compiled again', async () => {
    const { Adamax } = createTfjs(tf);
    const data = regression();
    const model = perceptron();
    const optimizer = new Adamax(0.01);
    const trainOnce = async (trainable: boolean) => {
      model.layers[0].trainable = trainable;
      model.compile({ optimizer, loss });
      await train(model, data, 1);
    };
    await trainOnce(true);
    const kernel = model.layers[0].getWeights()[0];
    const frozen = valuesOf(kernel);
    const slot = optimizer.core.getSlot(kernel as never, 'm').data.slice();
    await trainOnce(false);
    expect(valuesOf(model.layers[0].getWeights()[0])).to.deep.equal(frozen);
    await trainOnce(true);
    expect(valuesOf(model.layers[0].getWeights()[0])).to.not.deep.equal(frozen);
    expect(optimizer.core.getSlot(model.layers[0].getWeights()[0] as never, 'm').data).to.not.deep.equal(slot);
    expect(optimizer.iterations).to.equal(24);
  });

  it('of two optimizers on one model is apart; each goes on from the weights of the other', async () => {
    const { Adamax, SGD } = createTfjs(tf);
    const data = regression();
    const [one, two] = [perceptron(), perceptron()];
    const [a, b] = [new Adamax(0.01), new SGD(0.01)];
    const [c, d] = [new Adamax(0.01), new SGD(0.01)];
    for (let k = 0; k < 3; k++) {
      for (const [model, optimizer] of [
        [one, a],
        [one, b],
        [two, c],
        [two, d],
      ] as const) {
        model.compile({ optimizer, loss });
        await train(model, data, 1);
      }
    }
    expectSameWeights(one, two);
    expect([a.iterations, b.iterations]).to.deep.equal([24, 24]);
    expect(a.core.weights).to.have.length(13);
    expect(b.core.weights).to.have.length(1);
  });

  it('of a variable that is made anew under its name goes on', () => {
    const { SGD } = createTfjs(tf);
    const optimizer = new SGD({ learningRate: 1, momentum: 0.5 });
    const step = (shape: number[]) => {
      const v = tf.variable(tf.zeros(shape), true, 'anew');
      try {
        optimizer.applyGradients({ anew: tf.ones(shape) });
        return [...valuesOf(v)];
      } finally {
        v.dispose();
      }
    };
    expect(step([2])).to.deep.equal([-1, -1]);
    expect(step([2])).to.deep.equal([-1.5, -1.5]);
    expect(() => step([3])).to.throw(/anew/);
  });

  it('may be weighed against what a user sets meanwhile', async () => {
    const { Adamax } = createTfjs(tf);
    const data = regression();
    const model = perceptron();
    model.compile({ optimizer: new Adamax(0.01), loss });
    await train(model, data, 1);
    const best = model.getWeights().map((tensor) => tf.clone(tensor));
    const then = weightsOf(model);
    await train(model, data, 1);
    model.setWeights(best);
    expect(weightsOf(model)).to.deep.equal(then);
    model.optimizer = new (createTfjs(tf).SGD)(0);
    await train(model, data, 1);
    expect(weightsOf(model)).to.deep.equal(then);
  });
});
