import { optimizers, SGD, schedules } from 'adamax';
import { type Imported, importKeras, importTorch } from 'adamax/import';
import { expect } from 'chai';
import { inputsOf } from '../golden/inputs.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { imported, pathOf, TRAINABLE } from './files.js';
import { expectRefused, safetensors } from './refused.js';

const TRAINED = ['hidden/kernel', 'hidden/bias', 'bn/gamma', 'bn/beta', 'out/kernel', 'out/bias'];
const FIXED = ['bn/moving_mean', 'bn/moving_variance', 'frozen/kernel'];

const KERAS = ['adamax.keras', 'adamax.weights.h5', 'adamax.h5', 'keras2-adamax.keras', 'keras2-adamax.h5'];

/** The values of an imported variable. */
function valuesOf({ variables }: Imported, name: string): number[] {
  return [...(variables.find((variable) => variable.name === name)?.data ?? [])];
}

onEveryImplementation('import: what is in a file', () => {
  for (const file of [...KERAS, 'legacy-adamax.h5']) {
    it(`${file}: variables by the names, shapes and kinds that Keras has for them`, async () => {
      const found = await imported(file);
      const { variables, iterations } = found;
      expect(iterations).to.equal(20);
      expect(variables.map(({ name }) => name)).to.have.members([...TRAINED, ...FIXED]);
      for (const { name, shape } of inputsOf('import').variables) {
        const variable = variables.find((one) => one.name === name);
        expect(variable, name).to.deep.include({ name, shape: [...shape], trainable: true });
        expect(Object.keys(variable?.slots ?? {}), name).to.deep.equal(['m', 'v']);
      }
      for (const name of FIXED) {
        expect(variables.find((one) => one.name === name)).to.deep.include({ trainable: false, slots: {} });
      }
      expect(valuesOf(found, 'bn/moving_mean')).to.deep.equal([1, 2, 3, 4]);
      expect(valuesOf(found, 'frozen/kernel')).to.deep.equal(Array.from({ length: 16 }, (_, i) => i / 2));
    });
  }

  it('has the same numbers in all files of one training', async () => {
    const [first, ...others] = await Promise.all(['adamax.keras', 'adamax.weights.h5', 'adamax.h5'].map(imported));
    for (const other of others) {
      for (const { name, data, slots } of first.variables) {
        const twin = other.variables.find((one) => one.name === name);
        expect(twin, name).to.deep.include({ data, slots });
      }
    }
  });

  it('makes variables that are steppable, and each time others', async () => {
    const found = await imported('adamax.keras');
    const [a, b] = [found.resume(), found.resume()];
    const { optimizer, variables } = a;
    optimizer.applyGradients([[new Float32Array(2).fill(1), variables['out/bias']]]);
    expect(optimizer.iterations.item()).to.equal(21);
    expect(variables['frozen/kernel'].trainable).to.equal(false);
    expect(b.optimizer.iterations.item()).to.equal(20);
    expect([...b.variables['out/bias'].data]).to.deep.equal(valuesOf(found, 'out/bias'));
    expect([...variables['out/bias'].data]).not.to.deep.equal(valuesOf(found, 'out/bias'));
  });
});

describe('import: configs', () => {
  it('come along, with schedules and clipping', async () => {
    const { optimizer, version } = await imported('adamax-schedule.keras');
    const made = optimizers.deserialize(optimizer);
    expect(made.learningRate).to.be.an.instanceOf(schedules.ExponentialDecay);
    expect(made.clipnorm).to.equal(2);
    expect(version).to.match(/^3\./);
    expect((await imported('legacy-adamax.h5')).optimizer.config).to.deep.include({ decay: 0.01 });
    const { config } = (await imported('rmsprop.keras')).optimizer;
    expect(config).to.deep.include({ rho: 0.9, momentum: 0.5, centered: true, epsilon: 1e-7 });
  });

  it('say what was left out of them, and nothing where nothing was', async () => {
    const { notes } = await imported('adamax.keras');
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(/weight_decay, global_clipnorm, use_ema, .*gradient_accumulation_steps$/);
    expect((await imported('legacy-adamax.h5')).notes).to.deep.equal([]);
    expect((await imported('adagrad.keras')).notes.at(-1)).to.match(/^epsilon 0.01 is inside of the root there/);
  });

  it('are refused where they ask for what is not here, and taken with other keys', async () => {
    const path = pathOf('weight-decay.keras');
    await expectRefused(
      importKeras(path),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^config\.weight_decay must be off.* 0\.004$/,
    );
    const { notes, optimizer } = await importKeras(path, { config: { weight_decay: null, learning_rate: 0.5 } });
    expect(optimizer.config.learning_rate).to.equal(0.5);
    expect(notes).to.include('config.weight_decay was 0.004 there');
    for (const [file, read] of [
      ['adam.keras', importKeras],
      ['adam.safetensors', importTorch],
    ] as const) {
      const message = /must be one of Adamax, Adagrad, RMSprop, SGD: received 'Adam'$/;
      await expectRefused(read(pathOf(file)), RangeError, 'ERR_ADAMAX_CONFIG', message);
    }
  });

  it('are not in files that Keras 2 writes of its older optimizers in the newer format', async () => {
    const message = /^the state of an optimizer must be part of .*: received 'a file without'$/;
    await expectRefused(importKeras(pathOf('legacy-adamax.keras')), RangeError, 'ERR_ADAMAX_CHECKPOINT', message);
  });
});

describe('import: .weights.h5', () => {
  const path = pathOf('adamax.weights.h5');

  it('needs the class of the optimizer, and the order of variables where shapes do not tell', async () => {
    await expectRefused(
      importKeras(path),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^optimizer must be the name of a class, as \{ optimizer: 'Adamax' \} has it, since/,
    );
    const message =
      /^trainable must be a list of 6 names.*\[3, 4\], \[4\].*hidden\/kernel \[3, 4\].*received undefined$/;
    const optimizer = 'Adamax';
    await expectRefused(importKeras(path, { optimizer }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
  });

  it('refuses names that are not there, or whose shapes are others', async () => {
    const refuse = (trainable: string[], message: RegExp) => {
      return expectRefused(
        importKeras(path, { optimizer: 'Adamax', trainable }),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        message,
      );
    };
    await refuse(['net/none', ...TRAINABLE.slice(1)], /^trainable must be names of .*: received 'net\/none'$/);
    await refuse([...TRAINABLE].reverse(), /^trainable must be a list of 6 names/);
    await refuse(TRAINABLE.slice(1), /^trainable must be a list of 6 names/);
  });

  it('has the learning rate as a variable of the optimizer', async () => {
    const { optimizer } = await imported('adamax.weights.h5');
    expect(optimizer.config.learning_rate).to.equal(Math.fround(0.01));
  });
});

describe('import: PyTorch', () => {
  const pathIn = inOwnFolder();

  it('takes names of parameters, and leaves out what is no float', async () => {
    const { variables, notes } = await imported('adamax.safetensors');
    expect(variables.map(({ name }) => name)).to.deep.equal(['p0', 'p1', 'p2', 'p3', 'p4', 'p5']);
    expect(notes).to.include("'num_batches' is I64, and has been left out");
  });

  it('imports one group of several, or all where they are alike', async () => {
    const path = pathOf('groups.safetensors');
    const message = /must have one lr \(group: 0 imports the first.*: received 0\.01, 0\.02$/;
    await expectRefused(importTorch(path), RangeError, 'ERR_ADAMAX_CONFIG', message);
    const second = await importTorch(path, { group: 1 });
    expect(second.optimizer.config.learning_rate).to.equal(0.02);
    expect(second.variables.map(({ name }) => name)).to.deep.equal(['p2', 'p3', 'p4', 'p5']);
    await expectRefused(importTorch(path, { group: 2 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /^group must be below 2/);
  });

  it('takes the model from another file, and names from the caller or from the groups', async () => {
    const group = { lr: 0.5, momentum: 0.5, dampening: 0, params: [0, 1] };
    const state = { 'state.0.momentum_buffer': [1, 2], 'state.1.momentum_buffer': [3] };
    const path = safetensors(pathIn('a'), state, { param_groups: JSON.stringify([group]) });
    const named = { ...group, param_names: ['w', 'b'] };
    const other = safetensors(pathIn('b'), state, { param_groups: JSON.stringify([named]), optimizer: 'SGD' });
    const model = safetensors(pathIn('model'), { b: [7], w: [5, 6] });
    const both = [
      await importTorch(path, { model, optimizer: 'SGD', names: ['w', 'b'] }),
      await importTorch(other, { model }),
    ];
    for (const { variables, resume } of both) {
      expect(variables.find(({ name }) => name === 'w')?.slots).to.deep.equal({ momentum: Float32Array.of(-0.5, -1) });
      expect(resume().optimizer).to.be.an.instanceOf(SGD);
    }
    await expectRefused(importTorch(path, { model }), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^optimizer must be the name/);
    const nameless = importTorch(path, { model, optimizer: 'SGD' });
    await expectRefused(nameless, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^names must be the names of 2 parameters/);
  });

  it('says of weights that layers share that they are two variables here', async () => {
    const group = { lr: 0.5, momentum: 0, dampening: 0, params: [0, 1, 2] };
    const about = { param_groups: JSON.stringify([group]), optimizer: 'SGD', names: '["emb", "zeros", "one"]' };
    const tensors = {
      'model.emb': [1, NaN, -0],
      'model.zeros': [0, 0, 0],
      'model.one': [7],
      'model.head': [1, NaN, -0],
      // What is alike by nature, and what differs by a sign or a shape.
      'model.mean': [0, 0, 0],
      'model.count': [7],
      'model.other': [1, NaN, 0],
      'model.longer': [1, NaN, -0, 0],
    };
    const { notes, variables } = await importTorch(safetensors(pathIn('tied'), tensors, about));
    const tied = notes.filter((note) => /tied/.test(note));
    expect(tied).to.have.length(1);
    expect(tied[0]).to.match(/^'emb' and 'head' have the same numbers, .* only the first is trained/);
    expect(variables.find(({ name }) => name === 'head')).to.deep.include({ trainable: false, slots: {} });
    expect((await imported('adamax.safetensors')).notes.join()).to.not.match(/tied/);
  });

  it('refuses options that nothing here does', async () => {
    const group = { lr: 0.5, momentum: 0, dampening: 0, weight_decay: 0.1, params: [0] };
    const about = { param_groups: JSON.stringify([group]), optimizer: 'SGD', names: '["w"]' };
    const path = safetensors(pathIn('a'), { 'model.w': [1] }, about);
    await expectRefused(
      importTorch(path),
      RangeError,
      'ERR_ADAMAX_CONFIG',
      /^weight_decay of the optimizer.*: received 0\.1$/,
    );
    const { notes } = await importTorch(path, { config: { weight_decay: 0 } });
    expect(notes).to.include('config.weight_decay was 0.1 there');
  });

  it('refuses parameters that have made different numbers of steps', async () => {
    const group = { lr: 0.5, betas: [0.9, 0.999], eps: 1e-8, params: [0, 1] };
    const about = { param_groups: JSON.stringify([group]), optimizer: 'Adamax', names: '["w", "b"]' };
    const tensors: Record<string, number[]> = { 'model.w': [1], 'model.b': [1] };
    for (const [i, step] of [3, 4].entries()) {
      Object.assign(tensors, { [`state.${i}.step`]: [step], [`state.${i}.exp_avg`]: [1], [`state.${i}.exp_inf`]: [1] });
    }
    const path = safetensors(pathIn('a'), tensors, about);
    await expectRefused(importTorch(path), RangeError, 'ERR_ADAMAX_CONFIG', /one number of steps.*: received 3, 4$/);
  });
});
