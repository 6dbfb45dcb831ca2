import { load, loadAsync, save } from 'adamax/checkpoint';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectSameBits } from '../support/data.js';
import { inOwnFolder } from '../support/folder.js';
import { named, perceptron, regression, train, valuesOf, variables, weightsOf } from './models.js';
import { onBackends, tf } from './peer.js';

const loss = 'meanSquaredError';

onBackends('adamax/checkpoint', () => {
  const path = inOwnFolder();

  it('saves a model and its optimizer in a line, and resumes them to the bit in three', async () => {
    const { Adamax, commit, variablesOf } = createTfjs(tf);
    const data = regression();
    const file = path('training.safetensors');
    const model = perceptron();
    const optimizer = new Adamax({ learningRate: 0.01, slotDtype: 'bfloat16' });
    model.compile({ optimizer, loss });
    await train(model, data, 2);
    save(file, { optimizer: optimizer.core, variables: variablesOf(model) });
    await train(model, data, 2);

    for (const read of [load, loadAsync]) {
      // A model of the same names, as a new process has one: those of this process have other suffixes only.
      const other = await tf.models.modelFromJSON(model.toJSON(undefined, false) as never);
      const resumed = new Adamax({ slotDtype: 'bfloat16' });
      other.compile({ optimizer: resumed, loss });
      const restored = variablesOf(other);
      await read(file, { optimizer: resumed.core, variables: restored });
      commit(restored);

      expect(resumed.learningRate).to.equal(0.01);
      await train(other, data, 2);
      expectSameBits(weightsOf(other), weightsOf(model), read.name);
      other.dispose();
    }
  });

  it('takes a model back, in the midst of training', async () => {
    const { Adamax, commit, variablesOf } = createTfjs(tf);
    const data = regression();
    const model = perceptron();
    const optimizer = new Adamax(0.01);
    model.compile({ optimizer, loss });
    await train(model, data, 1);
    const held = variablesOf(model);
    save(path('a'), { optimizer: optimizer.core, variables: held });
    const then = weightsOf(model);
    await train(model, data, 1);
    const later = weightsOf(model);
    // What was looked up once is as new as the model.
    save(path('b'), { optimizer: optimizer.core, variables: held });
    load(path('a'), { optimizer: optimizer.core, variables: held });
    commit(held);
    expectSameBits(weightsOf(model), then, 'taken back');
    await train(model, data, 1);
    expectSameBits(weightsOf(model), later, 'and trained again');
    load(path('b'), { optimizer: optimizer.core, variables: held });
    commit(held);
    expectSameBits(weightsOf(model), later, 'the second file');
  });

  it('knows weights that are not trained, and variables by themselves', async () => {
    const { commit, variablesOf } = createTfjs(tf);
    const norm = tf.sequential({ layers: [tf.layers.batchNormalization({ inputShape: [3] })] });
    expect(Object.keys(variablesOf(norm)).map((name) => name.split('/')[1])).to.have.members([
      'gamma',
      'beta',
      'moving_mean',
      'moving_variance',
    ]);
    const [v, w] = variables([[2], [3]]);
    const then = [v, w].map(valuesOf);
    const both = variablesOf([v, [w, v]]);
    expect(Object.keys(both)).to.deep.equal([v.name, w.name]);
    save(path('v'), { variables: both });
    v.assign(tf.zeros([2]));
    w.assign(tf.zeros([3]));
    load(path('v'), { variables: variablesOf([v, w]) });
    commit(both);
    expect([v, w].map(valuesOf)).to.deep.equal(then);
    expect(variablesOf(v)).to.have.property(v.name);
    for (const bad of [5, null, [5], {}]) expect(() => variablesOf(bad as never)).to.throw(TypeError, /^model must be/);
  });

  it('does not take a step of the core back', () => {
    const { SGD, variablesOf } = createTfjs(tf);
    const optimizer = new SGD(1);
    const [v] = variables([[2]]);
    v.assign(tf.tensor1d([5, 6]));
    const { [v.name]: master } = variablesOf(v);
    optimizer.applyGradients(named([v], [tf.ones([2])]));
    optimizer.core.applyGradients([[Float32Array.of(1, 1), master]]);
    expect([...valuesOf(v)]).to.deep.equal([3, 4]);
  });
});
