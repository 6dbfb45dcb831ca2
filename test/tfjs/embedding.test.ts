import type { Tensor, Variable as TfVariable } from '@tensorflow/tfjs-core';
import { Variable } from 'adamax';
import { load, save } from 'adamax/checkpoint';
import type { EmbeddingClass } from 'adamax/tfjs';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { inOwnFolder } from '../support/folder.js';
import { onBackends, tf } from './peer.js';

const { Adamax, SGD, Embedding, embeddingLookup, variablesOf, commit } = createTfjs(tf);
const [ROWS, WIDTH, BATCH] = [6, 3, 8];

const start = () => Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(3 * i + 1));
const matrix = () => tf.tensor2d(start(), [ROWS, WIDTH]);
/** Row numbers of a step, each row at least once and some of them more often. */
const idsOf = (step: number) => Int32Array.from({ length: BATCH }, (_, i) => (i * 5 + step) % ROWS);
const targets = () =>
  tf.tensor2d(
    Array.from({ length: BATCH * WIDTH }, (_, i) => Math.cos(2 * i)),
    [BATCH, WIDTH],
  );
const numbers = (tensor: Tensor) => Array.from(tensor.dataSync());
const made = (values: () => Tensor) => tf.tidy(() => tf.variable(values())) as TfVariable;

/** A loss of the rows that were looked up. */
const lossOf = (rows: Tensor) => tf.mean(tf.square(tf.sub(tf.tanh(rows), targets())));

/** The same by the product with a one-hot matrix, of which TensorFlow.js takes the gradient by itself, and in full. */
const dense = (table: Tensor, ids: Int32Array) => tf.matMul(tf.oneHot(tf.tensor1d(ids, 'int32'), ROWS), table as never);

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, by = 1e-6): void {
  expect(found).to.have.length(expected.length);
  Array.from(expected, (x, i) => expect(found[i], `element ${i}`).to.be.closeTo(x, by));
}

/** What a table becomes by tf.train.adamax in some steps. */
function reference(steps: number, loss: (table: Tensor, step: number) => Tensor): number[] {
  const table = made(matrix);
  const optimizer = tf.train.adamax(0.05);
  for (let i = 0; i < steps; i++) optimizer.minimize(() => loss(table, i) as never, false, [table]);
  const result = numbers(table);
  optimizer.dispose();
  table.dispose();
  return result;
}

onBackends('embeddingLookup', () => {
  const variableOf = () => new Variable(start(), { shape: [ROWS, WIDTH], name: 'table' });

  it('gives the rows, in the shape of the ids', () => {
    tf.tidy(() => {
      const table = variableOf();
      const rows = embeddingLookup(
        table,
        tf.tensor2d(
          [
            [1, 0],
            [5, 1],
          ],
          [2, 2],
          'int32',
        ),
      );
      expect(rows.shape).to.deep.equal([2, 2, WIDTH]);
      expect(numbers(rows)).to.deep.equal(
        [1, 0, 5, 1].flatMap((id) => Array.from(start().subarray(3 * id, 3 * id + 3))),
      );
      expect(embeddingLookup(table, [[1], [2]]).shape).to.deep.equal([2, 1, WIDTH]);
      expect(embeddingLookup(table, 4).shape).to.deep.equal([WIDTH]);
      expect(embeddingLookup(table, new Int32Array([4, 4])).shape).to.deep.equal([2, WIDTH]);
      expect(embeddingLookup(new Variable(new Float32Array(24), { shape: [2, 3, 4] }), [1]).shape).to.deep.equal([
        1, 3, 4,
      ]);
    });
  });

  it('trains a table as tf.train.adamax does all of it, where each step touches each row', () => {
    const table = variableOf();
    const { core } = new Adamax(0.05);
    for (let i = 0; i < 20; i++) core.minimize(() => lossOf(embeddingLookup(table, idsOf(i))), [table]);
    expectClose(
      table.data,
      reference(20, (whole, i) => lossOf(dense(whole, idsOf(i)))),
    );
  });

  it('does so where several look-ups of one loss share a table', () => {
    const both = (look: (ids: Int32Array) => Tensor, i: number) =>
      tf.add(lossOf(look(idsOf(i))), lossOf(tf.mul(look(idsOf(i + 2)), 2)));
    const table = variableOf();
    const { core } = new Adamax(0.05);
    for (let i = 0; i < 20; i++) core.minimize(() => both((ids) => embeddingLookup(table, ids), i), [table]);
    expectClose(
      table.data,
      reference(20, (whole, i) => both((ids) => dense(whole, ids), i)),
    );
  });

  it('does so where the whole table is used as well: in full', () => {
    const tied = (rows: Tensor, table: Tensor) =>
      tf.add(lossOf(rows), tf.mean(tf.square(tf.matMul(rows, table, false, true))));
    const expected = reference(20, (whole, i) => tied(dense(whole, idsOf(i)), whole));
    const table = variableOf();
    const { core } = new Adamax(0.05);
    for (let i = 0; i < 20; i++) {
      core.minimize((leaf) => tied(embeddingLookup(table, idsOf(i)), leaf(table) as Tensor), [table]);
    }
    expectClose(table.data, expected);
    const variable = made(matrix);
    const optimizer = new Adamax(0.05);
    for (let i = 0; i < 20; i++) {
      optimizer.minimize(() => tied(embeddingLookup(variable, idsOf(i)), variable) as never, false, [variable]);
    }
    expectClose(numbers(variable), expected);
    variable.dispose();
  });

  it('leaves rows that no batch has touched as they are, and their moments', () => {
    const table = variableOf();
    const { core } = new Adamax(0.05);
    for (let i = 0; i < 3; i++) core.minimize(() => tf.sum(tf.square(embeddingLookup(table, [1, 4, 1]))), [table]);
    const begun = start();
    for (const row of [0, 2, 3, 5]) {
      expect(table.data.slice(3 * row, 3 * row + 3)).to.deep.equal(begun.slice(3 * row, 3 * row + 3));
    }
    const moments = Array.from(core.getSlot(table, 'm').data as Float32Array);
    expect(moments.map((x, i) => (x === 0 ? -1 : Math.floor(i / 3))).filter((row) => row >= 0)).to.deep.equal([
      1, 1, 1, 4, 4, 4,
    ]);
  });

  it('trains a table and other variables together, and leaves no tensor', () => {
    const table = variableOf();
    const head = made(() => tf.ones([WIDTH, 1]));
    const optimizer = new Adamax(0.05);
    const ids = tf.tensor1d(idsOf(0), 'int32');
    const loss = () => tf.mean(tf.square(tf.sub(tf.matMul(embeddingLookup(table, ids) as never, head), 1)));
    optimizer.core.minimize(loss, [table, head]);
    const [before, first] = [tf.memory().numTensors, optimizer.core.lastLoss as number];
    for (let i = 0; i < 300; i++) optimizer.core.minimize(loss, [table, head]);
    expect(tf.memory().numTensors).to.equal(before);
    expect(optimizer.core.lastLoss).to.be.below(first / 100);
    tf.dispose([head, ids]);
  });

  it('is a look-up in two optimizers at a time', () => {
    const table = variableOf();
    const [a, b] = [new SGD(0.5).core, new SGD(0.25).core];
    a.minimize(() => tf.sum(embeddingLookup(table, [0])), [table]);
    b.minimize(() => tf.sum(embeddingLookup(table, [0, 1])), [table]);
    const begun = start();
    expectClose(
      table.data.slice(0, 6),
      begun.slice(0, 6).map((x, i) => x - (i < 3 ? 0.75 : 0.25)),
    );
  });

  const bad: Record<string, [() => unknown, typeof TypeError | typeof RangeError, RegExp]> = {
    'beyond the end': [() => [0, ROWS], RangeError, /ids must be whole numbers from 0 to 5.*received 6/],
    'below zero': [() => new Int32Array([-1]), RangeError, /received -1/],
    NaN: [() => [0, Number.NaN], RangeError, /received NaN/],
    'between two rows': [() => [0.5], RangeError, /received 0.5/],
    'of another dtype': [() => tf.tensor1d([1, 2]), TypeError, /ids must be a tensor of dtype int32/],
    'no numbers': [
      () => 'first',
      TypeError,
      /ids must be a tensor of dtype int32, or arrays of row numbers: received 'first'/,
    ],
  };
  for (const [name, [ids, type, message]] of Object.entries(bad)) {
    it(`refuses ids before anything is written: ${name}`, () => {
      const table = variableOf();
      const { core } = new Adamax(0.05);
      const before = tf.memory().numTensors;
      const code = type === TypeError ? 'ERR_ADAMAX_ARG_TYPE' : 'ERR_ADAMAX_INDEX';
      const step = () =>
        tf.tidy(() => core.minimize(() => tf.sum(embeddingLookup(table, ids() as never)), [table]) && []);
      expectError(step, type, code, message);
      expect(table.data).to.deep.equal(start());
      expect(core.iterations.item()).to.equal(0);
      expect(tf.memory().numTensors).to.equal(before);
    });
  }

  it('refuses what is no table, and one that was disposed of', () => {
    const refuse = (table: unknown, message: RegExp) =>
      expectError(() => embeddingLookup(table as never, [0]), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    refuse(new Variable(new Float32Array(4)), /table must be a float32 Variable of at least two dimensions/);
    refuse(3, /table must be .*: received 3/);
    const variable = made(matrix);
    embeddingLookup(variable, [0]).dispose();
    variable.dispose();
    refuse(variable, /not disposed of/);
    const other = made(matrix);
    other.dispose();
    refuse(other, /not disposed of/);
  });

  it('refuses a gradient of the whole by what is not of this package', () => {
    const variable = made(matrix);
    const optimizer = tf.train.adamax(0.1);
    const theirs = () => optimizer.minimize(() => tf.sum(embeddingLookup(variable, [1])) as never, false, [variable]);
    expectError(theirs, TypeError, 'ERR_ADAMAX_TFJS', /the gradient of a look-up must be taken by minimize or fit/);
    expectClose(numbers(variable), start());
    optimizer.dispose();
    variable.dispose();
  });

  it('takes a variable of TensorFlow.js out of its backend, and sees what is assigned to it', () => {
    const variable = made(matrix);
    const before = tf.memory();
    const { core } = new SGD(1);
    const step = () => core.minimize(() => tf.sum(embeddingLookup(variable, [1])), [variable]);
    step();
    const best = variable.dataSync();
    step();
    expectClose(
      best.slice(3, 6),
      start()
        .slice(3, 6)
        .map((x) => x - 1),
    );
    expectClose(
      numbers(variable).slice(3, 6),
      start()
        .slice(3, 6)
        .map((x) => x - 2),
    );
    tf.tidy(() => variable.assign(matrix()));
    step();
    expectClose(
      numbers(variable).slice(3, 6),
      start()
        .slice(3, 6)
        .map((x) => x - 1),
    );
    const sum = tf.sum(variable);
    expect(sum.dataSync()[0]).to.be.closeTo(start().reduce((a, b) => a + b, 0) - 3, 1e-5);
    sum.dispose();
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).to.deep.equal({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
      numBytes: before.numBytes,
    });
    variable.dispose();
    expect(tf.memory().numDataBuffers).to.equal(before.numDataBuffers - 1);
  });
});

/** A model that begins with a layer that looks up rows, of the numbers of `start`. */
function modelOf(layer: ReturnType<typeof tf.layers.embedding>) {
  const model = tf.sequential({ layers: [layer, tf.layers.activation({ activation: 'tanh' })] });
  tf.tidy(() => layer.setWeights([matrix()]));
  return model;
}

const LAYERS = {
  Embedding: (rows = ROWS) => new Embedding({ inputDim: rows, outputDim: WIDTH, inputLength: 1 }),
  'tf.layers.embedding': (rows = ROWS) => tf.layers.embedding({ inputDim: rows, outputDim: WIDTH, inputLength: 1 }),
};
for (const [name, layerOf] of Object.entries(LAYERS)) {
  onBackends(`a model with ${name}`, (backend) => {
    const xs = (step: number) => tf.tensor2d(Array.from(idsOf(step)), [BATCH, 1]);
    const ys = () => tf.reshape(targets(), [BATCH, 1, WIDTH]);

    async function trained(model: ReturnType<typeof modelOf>, from: number, steps: number): Promise<void> {
      for (let i = from; i < from + steps; i++) {
        const [x, y] = [xs(i), tf.tidy(ys)];
        await model.trainOnBatch(x, y);
        tf.dispose([x, y]);
      }
    }
    const expected = (steps: number) => reference(steps, (whole, i) => lossOf(dense(whole, idsOf(i))));
    const tableOf = (model: ReturnType<typeof modelOf>) => numbers(model.getWeights()[0]);

    it('trains by fit as by tf.train.adamax, and leaves no tensor', async () => {
      const count = tf.memory().numTensors;
      const model = modelOf(layerOf());
      model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      await trained(model, 0, 1);
      const before = tf.memory().numTensors;
      await trained(model, 1, 19);
      expect(tf.memory().numTensors).to.equal(before);
      expectClose(tableOf(model), expected(20));
      const predicted = tf.tidy(() => numbers(model.predict(xs(0)) as Tensor));
      const table = expected(20);
      expectClose(
        predicted,
        Array.from(idsOf(0)).flatMap((id) => table.slice(3 * id, 3 * id + 3).map(Math.tanh)),
        2e-6,
      );
      // A prediction may have moved the table into the backend: the next step takes it out again.
      await trained(model, 20, 1);
      expectClose(tableOf(model), expected(21));
      model.dispose();
      expect(tf.memory().numTensors).to.equal(count);
    });

    it('saves and loads, with the state of the optimizer, and goes on to the bit', async () => {
      const model = modelOf(layerOf());
      model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      await trained(model, 0, 5);
      let saved: unknown;
      await model.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
        }),
        { includeOptimizer: true },
      );
      const copy = (await tf.loadLayersModel(tf.io.fromMemory(saved as never))) as ReturnType<typeof modelOf>;
      expect(tableOf(copy)).to.deep.equal(tableOf(model));
      await trained(model, 5, 5);
      await trained(copy, 5, 5);
      expect(tableOf(copy)).to.deep.equal(tableOf(model));
      expect(copy.layers[0].getClassName()).to.equal(model.layers[0].getClassName());
      model.dispose();
      copy.dispose();
    });

    const path = inOwnFolder();
    it('is saved by adamax/checkpoint, and goes on to the bit', async () => {
      const model = modelOf(layerOf());
      const optimizer = new Adamax(0.05);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      await trained(model, 0, 5);
      const file = path('training.safetensors');
      save(file, { optimizer: optimizer.core, variables: variablesOf(model) });
      await trained(model, 5, 5);

      const json = model.toJSON(undefined, false) as never;
      const other = (await tf.models.modelFromJSON(json)) as ReturnType<typeof modelOf>;
      const resumed = new Adamax(0.05);
      other.compile({ optimizer: resumed, loss: 'meanSquaredError' });
      const restored = variablesOf(other);
      load(file, { optimizer: resumed.core, variables: restored });
      commit(restored);
      await trained(other, 5, 5);
      expect(tableOf(other)).to.deep.equal(tableOf(model));
      model.dispose();
      other.dispose();
    });

    it('may change its backend in between', async () => {
      const other = backend === 'cpu' ? 'wasm' : 'cpu';
      const model = modelOf(layerOf());
      model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      await trained(model, 0, 5);
      await tf.setBackend(other);
      await trained(model, 5, 5);
      await tf.setBackend(backend);
      await trained(model, 10, 5);
      expectClose(tableOf(model), expected(15), 2e-6);
      model.dispose();
    });

    it('gives its table to another model, which has one of its own then', async () => {
      const [model, copy] = [modelOf(layerOf()), modelOf(layerOf())];
      for (const one of [model, copy]) one.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      await trained(model, 0, 3);
      copy.setWeights(model.getWeights());
      const table = tableOf(model);
      await trained(model, 3, 3);
      expect(tableOf(copy)).to.deep.equal(table);
      const ours = tableOf(model);
      await trained(copy, 3, 1);
      expect(tableOf(model)).to.deep.equal(ours);
      expect(tableOf(copy)).not.to.deep.equal(table);
      model.dispose();
      copy.dispose();
    });

    it('copies only rows to the backend once a first step was taken', async () => {
      const rows = 1000;
      const model = tf.sequential({ layers: [layerOf(rows)] });
      model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      await trained(model, 0, 1);
      const kernels = tf.engine().backend as unknown as Record<'move' | 'write', (...args: unknown[]) => unknown>;
      const sizes: number[] = [];
      for (const [method, at] of [
        ['move', 1],
        ['write', 0],
      ] as const) {
        const own = kernels[method];
        kernels[method] = function (this: unknown, ...given: unknown[]) {
          sizes.push((given[at] as ArrayLike<number> | null)?.length ?? 0);
          return own.apply(this, given);
        };
      }
      try {
        await trained(model, 1, 3);
      } finally {
        Reflect.deleteProperty(kernels, 'move');
        Reflect.deleteProperty(kernels, 'write');
      }
      expect(sizes).to.have.length.greaterThan(3);
      expect(Math.max(...sizes)).to.be.below(rows);
      model.dispose();
    });

    it('leaves its table alone while it is frozen, and goes on when it thaws', async () => {
      const layer = layerOf();
      const model = modelOf(layer);
      model.add(tf.layers.dense({ units: WIDTH, kernelInitializer: 'ones' }));
      const optimizer = new Adamax(0.05);
      const compile = () => model.compile({ optimizer, loss: 'meanSquaredError' });
      compile();
      await trained(model, 0, 2);
      layer.trainable = false;
      compile();
      // A model lists what is frozen last.
      const weightOf = (at: number) => numbers(model.layers[at].getWeights()[0]);
      const [table, head] = [weightOf(0), weightOf(2)];
      await trained(model, 2, 2);
      expect(weightOf(0)).to.deep.equal(table);
      expect(weightOf(2)).not.to.deep.equal(head);
      layer.trainable = true;
      compile();
      await trained(model, 4, 1);
      expect(weightOf(0)).not.to.deep.equal(table);
      expect(optimizer.iterations).to.equal(5);
      model.dispose();
    });

    it('trains with slots of bfloat16, clipped', async () => {
      const model = modelOf(layerOf());
      const optimizer = new Adamax({ learningRate: 0.05, slotDtype: 'bfloat16', clipnorm: 0.01 });
      model.compile({ optimizer, loss: 'meanSquaredError' });
      await trained(model, 0, 20);
      expect(optimizer.core.getSlot(variablesOf(model)[Object.keys(variablesOf(model))[0]], 'm').dtype).to.equal(
        'bfloat16',
      );
      expectClose(tableOf(model), expected(20), 0.05);
      model.dispose();
    });

    it('refuses ids that are no rows, before anything is written', async () => {
      const model = modelOf(layerOf());
      const optimizer = new Adamax(0.05);
      model.compile({ optimizer, loss: 'meanSquaredError' });
      await trained(model, 0, 1);
      const table = tableOf(model);
      for (const bad of [-1, ROWS]) {
        const x = tf.fill([BATCH, 1], bad);
        const y = tf.tidy(ys);
        const error = await model.trainOnBatch(x, y).catch((thrown: unknown) => thrown);
        expect(error).to.be.an.instanceOf(RangeError).with.property('code', 'ERR_ADAMAX_INDEX');
        tf.dispose([x, y]);
      }
      expect(tableOf(model)).to.deep.equal(table);
      expect(optimizer.iterations).to.equal(1);
      model.dispose();
    });
  });
}

onBackends('Embedding', () => {
  it('has the config, the masks and the shapes of tf.layers.embedding', () => {
    const args = { inputDim: ROWS, outputDim: WIDTH, maskZero: true, inputLength: 4, name: 'words' };
    const [ours, theirs] = [new Embedding(args), tf.layers.embedding(args)];
    expect(ours.getConfig()).to.deep.equal(theirs.getConfig());
    expect(ours.getClassName()).to.equal('NativeEmbedding');
    tf.tidy(() => {
      const x = tf.tensor2d([[1, 0, 2, 0]]);
      expect(numbers(ours.computeMask(x) as Tensor)).to.deep.equal(numbers(theirs.computeMask(x) as Tensor));
      expect((ours.apply(x) as Tensor).shape).to.deep.equal([1, 4, WIDTH]);
    });
    expect(ours.countParams()).to.equal(ROWS * WIDTH);
    expect(ours.trainableWeights[0].shape).to.deep.equal([ROWS, WIDTH]);
    ours.dispose();
  });

  it('begins by its initializer, to the bit where that is one of this package with a seed', () => {
    const layerOf = (embeddingsInitializer: never) =>
      new Embedding({ inputDim: 50, outputDim: 20, embeddingsInitializer });
    const elements = (layer: InstanceType<EmbeddingClass>) => {
      tf.dispose(tf.tidy(() => layer.apply(tf.zeros([1, 1])) as Tensor));
      const result = numbers(layer.getWeights()[0]);
      layer.dispose();
      return result;
    };
    const uniform = () => elements(layerOf(tf.initializers.randomUniform({ minval: 1, maxval: 2, seed: 7 }) as never));
    expect(uniform()).to.deep.equal(uniform());
    expect(Math.min(...uniform())).to.be.within(1, 1.05);
    expect(Math.max(...uniform())).to.be.within(1.95, 2);
    expect(new Set(elements(layerOf('ones' as never)))).to.deep.equal(new Set([1]));
    const plain = elements(new Embedding({ inputDim: 50, outputDim: 20 }));
    expect(Math.max(...plain.map(Math.abs))).to.be.within(0.045, 0.05);
    // One of a user's own is asked itself.
    class Sevens extends (tf.initializers.zeros().constructor as new () => { apply(shape: number[]): Tensor }) {
      override apply(shape: number[]) {
        return tf.fill(shape, 7);
      }
      getClassName() {
        return 'Sevens';
      }
    }
    const count = tf.memory().numTensors;
    expect(new Set(elements(layerOf(new Sevens() as never)))).to.deep.equal(new Set([7]));
    expect(tf.memory().numTensors).to.equal(count);
  });

  it('refuses what takes the whole table at each step', () => {
    const refuse = (args: object, message: RegExp) =>
      expectError(() => new Embedding({ inputDim: 2, outputDim: 2, ...args }), TypeError, 'ERR_ADAMAX_OPTION', message);
    refuse({ embeddingsConstraint: 'nonNeg' }, /embeddingsConstraint must be left out/);
    refuse({ embeddingsRegularizer: 'l1l2' }, /embeddingsRegularizer must be left out/);
  });

  it('refuses numbers between rows, which the other layer rounds', () => {
    const layer = new Embedding({ inputDim: ROWS, outputDim: WIDTH });
    const bad = (value: number) => () => tf.tidy(() => layer.apply(tf.tensor2d([[value]])) as Tensor);
    expectError(bad(0.5), RangeError, 'ERR_ADAMAX_INDEX', /inputs of .* received 0.5/);
    expectError(bad(Number.NaN), RangeError, 'ERR_ADAMAX_INDEX', /received NaN/);
    layer.dispose();
  });

  it('is one of several layers of a functional model, and shares its table', async () => {
    const embedding = new Embedding({ inputDim: ROWS, outputDim: WIDTH });
    const [a, b] = [tf.input({ shape: [1], dtype: 'int32' }), tf.input({ shape: [1] })];
    const both = tf.layers.add().apply([embedding.apply(a) as never, embedding.apply(b) as never]);
    const model = tf.model({ inputs: [a, b], outputs: tf.layers.flatten().apply(both) as never });
    tf.tidy(() => embedding.setWeights([matrix()]));
    model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
    const look = (whole: Tensor, i: number) => tf.add(dense(whole, idsOf(i)), dense(whole, idsOf(i + 1)));
    for (let i = 0; i < 10; i++) {
      const x = [
        tf.tensor2d(Array.from(idsOf(i)), [BATCH, 1], 'int32'),
        tf.tensor2d(Array.from(idsOf(i + 1)), [BATCH, 1]),
      ];
      const y = targets();
      await model.trainOnBatch(x, y);
      tf.dispose([...x, y]);
    }
    const loss = (whole: Tensor, i: number) => tf.mean(tf.square(tf.sub(look(whole, i), targets())));
    expectClose(numbers(model.getWeights()[0]), reference(10, loss));
    model.dispose();
  });

  it('masks an LSTM as tf.layers.embedding does, to the bit', async () => {
    const losses: unknown[] = [];
    for (const layerOf of [
      (args: never) => new Embedding(args) as ReturnType<typeof tf.layers.embedding>,
      (args: never) => tf.layers.embedding(args),
    ]) {
      const layer = layerOf({ inputDim: ROWS, outputDim: WIDTH, maskZero: true, inputLength: 4 } as never);
      const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
      const recurrentInitializer = tf.initializers.glorotUniform({ seed: 2 });
      const model = tf.sequential({
        layers: [layer, tf.layers.lstm({ units: 2, kernelInitializer, recurrentInitializer })],
      });
      tf.tidy(() => layer.setWeights([matrix()]));
      model.compile({ optimizer: new Adamax(0.05), loss: 'meanSquaredError' });
      const x = tf.tensor2d([
        [1, 2, 0, 0],
        [3, 4, 5, 0],
      ]);
      const y = tf.tensor2d([
        [1, 0],
        [0, 1],
      ]);
      const { history } = await model.fit(x, y, { epochs: 5, verbose: 0 });
      losses.push(history.loss);
      tf.dispose([x, y]);
      model.dispose();
    }
    expect(losses[0]).to.deep.equal(losses[1]);
  });

  it('says so where there are no layers', () => {
    const { layers: _, ...core } = tf;
    const make = () => new (createTfjs(core as never).Embedding)({ inputDim: 2, outputDim: 2 });
    expectError(make, TypeError, 'ERR_ADAMAX_TFJS', /tf must have layers/);
  });

  it('is refused by an optimizer of TensorFlow.js', async () => {
    const model = modelOf(new Embedding({ inputDim: ROWS, outputDim: WIDTH, inputLength: 1 }));
    model.compile({ optimizer: 'adamax', loss: 'meanSquaredError' });
    const [x, y] = [tf.zeros([1, 1]), tf.zeros([1, 1, WIDTH])];
    const error = await model.trainOnBatch(x, y).catch((thrown: unknown) => thrown);
    expect(error).to.be.an.instanceOf(TypeError).with.property('code', 'ERR_ADAMAX_TFJS');
    tf.dispose([x, y]);
    model.dispose();
  });

  it('leaves constraints of tf.layers.embedding to gradients of the whole', async () => {
    const layer = tf.layers.embedding({
      inputDim: ROWS,
      outputDim: WIDTH,
      inputLength: 1,
      embeddingsConstraint: 'nonNeg',
    });
    const model = modelOf(layer);
    const optimizer = new Adamax(0.5).constrain(model as never);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    const step = async (row: number, target: number) => {
      const [x, y] = [tf.tensor2d([[row]]), tf.fill([1, 1, WIDTH], target)];
      await model.trainOnBatch(x, y);
      tf.dispose([x, y]);
      return numbers(model.getWeights()[0]);
    };
    for (let i = 0; i < 3; i++) await step(1, 1);
    const before = (await step(1, 1)).slice(3, 6);
    // Moments of a row whose gradient is zero still move it, where the whole table is stepped.
    const after = await step(2, -1);
    expect(after.slice(3, 6)).not.to.deep.equal(before);
    expect(Math.min(...after)).to.equal(0);
    model.dispose();
  });
});
