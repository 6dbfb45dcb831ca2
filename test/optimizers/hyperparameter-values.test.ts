import { Adagrad, Adamax, RMSprop, SGD, schedules, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('hyperparameters that are functions', () => {
  it('are called with the number of finished steps', () => {
    const asked: Record<string, number[]> = { rate: [], beta1: [], decay: [] };
    const noting = (name: string, value: number) => (step: number) => {
      asked[name].push(step);
      return value;
    };
    const optimizer = new Adamax({
      learningRate: (step) => asked.rate.push(step) / 10,
      beta1: noting('beta1', 0.5),
    });
    optimizer.decay = noting('decay', 1) as never;
    const p = f32(0);
    for (let k = 0; k < 3; k++) optimizer.applyGradients([[[1], p]]);
    expect(asked).to.deep.equal({ rate: [0, 1, 2], beta1: [0, 1, 2], decay: [0, 1, 2] });
    expect([optimizer.beta1, optimizer.getConfig().learning_rate]).to.deep.equal([0.5, 0.4]);
    expect([asked.rate.at(-1), asked.beta1.at(-1)]).to.deep.equal([3, 3]);
  });
});

describe('currentLearningRate', () => {
  it('is the rate of the next step, with decay', () => {
    const schedule = new schedules.InverseTimeDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 1 });
    const optimizer = new SGD({ learningRate: schedule, decay: 0.5 });
    const p = f32(0);
    const rates = [1, 1 / 2 / 1.5, 1 / 3 / 2];
    for (const rate of rates) {
      expect(optimizer.currentLearningRate).to.be.closeTo(rate, 1e-15);
      const before = p[0];
      optimizer.applyGradients([[[1], p]]);
      expect(before - p[0]).to.be.closeTo(rate, 1e-6);
    }
    expect(new SGD({ learningRate: (step) => step + 0.5 }).currentLearningRate).to.equal(0.5);
    expect(new SGD({ learningRate: new Variable(f32(0.25)) }).currentLearningRate).to.equal(0.25);
  });

  it('says what a step would say of a function', () => {
    const optimizer = new SGD({ learningRate: () => NaN });
    const message = /^learningRate\(\) must be a finite number \(in float32\): received NaN$/;
    expectError(() => optimizer.currentLearningRate, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
  });
});

describe('a hyperparameter that is a variable', () => {
  it('takes no number that float32 makes another kind of number', () => {
    const make = () => {
      const [rate, beta1, epsilon] = [0.5, 0.5, 0.5].map((x) => new Variable(f32(x)));
      const optimizer = new Adamax({ learningRate: rate, beta1, epsilon });
      return { optimizer, values: () => [rate, beta1, epsilon].map((variable) => variable.item()) };
    };
    for (const [name, bad, message] of [
      ['learningRate', 1e300, /^learningRate must be a finite number \(in float32\): received 1e\+300$/],
      ['learningRate', NaN, /^learningRate must be a finite number \(in float32\): received NaN$/],
      ['lr', -1e39, /^learningRate must be a finite number \(in float32\): received -1e\+39$/],
      ['beta1', 1 - 1e-12, /^beta1 must be in \[0, 1\): received 0\.999999999999$/],
      ['epsilon', 1e-50, /^epsilon must be a finite number > 0 \(in float32\): received 1e-50$/],
    ] as const) {
      const { optimizer, values } = make();
      expectError(() => Object.assign(optimizer, { [name]: bad }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(values()).to.deep.equal([0.5, 0.5, 0.5]);
    }
  });
});

describe("Python's None", () => {
  it('is the default of options, and in configs', () => {
    const none = { epsilon: null, lr: null, decay: null, clipnorm: null, clipvalue: null };
    for (const Class of [Adagrad, Adamax, RMSprop]) {
      const { name: _, ...expected } = new Class().getConfig();
      const { name, ...config } = new Class({ ...none, name: null }).getConfig();
      expect(config).to.deep.equal(expected);
      expect(name).to.match(new RegExp(`^${Class.name.toLowerCase()}(_\\d+)?$`));
      const read = (Class as typeof Adamax).fromConfig({ ...none, name: null }, null).getConfig();
      expect({ ...read, name: undefined }).to.deep.equal({ ...expected, name: undefined });
    }
    expect(new SGD({ learningRate: 0.5, lr: null }).learningRate).to.equal(0.5);
    expect(SGD.fromConfig({ learning_rate: 0.5, lr: null }).learningRate).to.equal(0.5);
  });

  it('is the default of what variables, slices, weights and steps are told', () => {
    const variable = new Variable(f32(1), { name: null, shape: null, trainable: null, constraint: null });
    expect([variable.shape, variable.trainable, variable.constraint]).to.deep.equal([[1], true, null]);
    expect(variable.name).to.match(/^Variable/);
    const optimizer = new SGD({ learningRate: 1 });
    expect(optimizer.applyGradients([[[1], variable]], { name: null })).to.equal(1);
    expect(optimizer.minimize(() => ({ gradients: [[1]] }), [variable], { name: null, gradLoss: null })).to.equal(2);
    const weight = optimizer.addWeight('w', [1], { dtype: null, trainable: null });
    expect([weight.dtype, weight.trainable]).to.deep.equal(['float32', true]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations']);
  });

  it('is refused where TensorFlow has no default for it, and by attributes', () => {
    for (const name of ['learningRate', 'beta1', 'beta2']) {
      expectError(() => new Adamax({ [name]: null }), TypeError, 'ERR_ADAMAX_ARG_TYPE', new RegExp(`^${name} must be`));
    }
    for (const name of ['learningRate', 'beta1', 'epsilon', 'decay']) {
      const message = new RegExp(`^${name} must be a .*: received null$`);
      expectError(() => Object.assign(new Adamax(), { [name]: null }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    }
  });
});
