import { Adamax, type Config, Optimizer, optimizers, RMSprop, type Rule, SGD, schedules } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';

const tenth: Rule = {
  name: 'tenth',
  slots: [],
  scalars: 0,
  sweep(param, out, _slots, at, _grad, _gradAt, n) {
    for (let i = at; i < at + n; i++) out[i] = param[i] / 10;
  },
};

class Tenth extends Optimizer {
  constructor(options: { name?: string } = {}) {
    super(tenth, 'Tenth', { learningRate: 1, ...options });
  }
  protected override writeScalars(): void {}
  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate };
  }
}

describe('optimizers', () => {
  it('serialize and deserialize make the round trip, through JSON', () => {
    for (const optimizer of [
      new Adamax({ beta1: 0.5, clipnorm: 2 }),
      new RMSprop({ centered: true }),
      new SGD({ momentum: 0.5 }),
    ]) {
      const serialized = JSON.parse(JSON.stringify(optimizers.serialize(optimizer)));
      const again = optimizers.deserialize(serialized);
      expect(again.constructor).to.equal(optimizer.constructor);
      expect(again.getConfig()).to.deep.equal(optimizer.getConfig());
    }
    expect(optimizers.serialize(new Adamax())).to.deep.equal({
      class_name: 'Adamax',
      config: new Adamax().getConfig(),
    });
  });

  it('deserialize takes any case of the name, and leaves its argument alone', () => {
    const config = Object.freeze({ class_name: 'ADAMAX', config: Object.freeze({ learning_rate: 0.5 }) });
    expect(optimizers.deserialize(config).learningRate).to.equal(0.5);
  });

  it('deserialize takes what Python Keras 3 writes', () => {
    const json = `{"module":"keras.optimizers","class_name":"Adamax","config":{"name":"adamax","learning_rate":
      {"module":"keras.optimizers.schedules","class_name":"ExponentialDecay","config":{"initial_learning_rate":0.1,
      "decay_steps":1000,"decay_rate":0.96,"staircase":false,"name":"ExponentialDecay"},"registered_name":null},
      "weight_decay":null,"clipnorm":null,"global_clipnorm":null,"clipvalue":null,"use_ema":false,"ema_momentum":0.99,
      "ema_overwrite_frequency":null,"loss_scale_factor":null,"gradient_accumulation_steps":null,"beta_1":0.9,
      "beta_2":0.999,"epsilon":1e-07},"registered_name":null}`;
    const optimizer = optimizers.deserialize(JSON.parse(json));
    expect(optimizer).to.be.an.instanceOf(Adamax);
    expect(optimizer.learningRate).to.be.an.instanceOf(schedules.ExponentialDecay);
  });

  it('fromConfig refuses the keys of later versions that would have an effect, naming them', () => {
    for (const [key, value] of Object.entries({
      weight_decay: 0.01,
      global_clipnorm: 1,
      use_ema: true,
      loss_scale_factor: 128,
      gradient_accumulation_steps: 4,
    })) {
      const message = new RegExp(`^config\\.${key} must be off or left out, .*: received ${value}$`);
      expectError(() => Adamax.fromConfig({ [key]: value }), TypeError, 'ERR_ADAMAX_OPTION', message);
    }
  });

  it('get takes an optimizer, a name, or a serialized form', () => {
    const optimizer = new Adamax();
    expect(optimizers.get(optimizer)).to.equal(optimizer);
    expect(optimizers.get('rmsprop')).to.be.an.instanceOf(RMSprop);
    expect(optimizers.get({ class_name: 'SGD', config: { name: 'x' } }).name).to.equal('x');
  });

  it('register makes a class of the user known; customObjects does for one call', () => {
    expectError(
      () => optimizers.get('tenth'),
      RangeError,
      'ERR_ADAMAX_CONFIG',
      /^config\.class_name must be one of Adagrad, Adamax, RMSprop, SGD.* or in customObjects: received 'tenth'$/,
    );
    expect(optimizers.deserialize({ class_name: 'Tenth', config: { name: 'a' } }, { Tenth })).to.be.an.instanceOf(
      Tenth,
    );
    optimizers.register('Tenth', Tenth);
    const optimizer = optimizers.get('tenth');
    const p = Float32Array.of(5);
    optimizer.applyGradients([[[1], p]]);
    expect(p[0]).to.equal(0.5);
  });

  it('serialize writes the name a class was registered under, not the name of its function', () => {
    const Minified = class extends Tenth {};
    Object.defineProperty(Minified, 'name', { value: 'a' });
    optimizers.register('Kept', Minified);
    const serialized = optimizers.serialize(new Minified({ name: '' }));
    expect(serialized.class_name).to.equal('Kept');
    expect(serialized.config.name).to.match(/^kept(_\d+)?$/);
    expect(optimizers.deserialize(serialized)).to.be.an.instanceOf(Minified);
  });

  it('serialize knows the classes of this package by identity, as where a bundler renamed them', () => {
    const { name } = SGD;
    try {
      Object.defineProperty(SGD, 'name', { value: 'Q', configurable: true });
      expect(optimizers.serialize(new SGD()).class_name).to.equal('SGD');
      expect(new SGD({ name: '' }).name).to.match(/^sgd(_\d+)?$/);
    } finally {
      Object.defineProperty(SGD, 'name', { value: name, configurable: true });
    }
    const Nameless = class extends Tenth {};
    Object.defineProperty(Nameless, 'name', { value: '' });
    expectError(
      () => optimizers.serialize(new Nameless()),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^optimizer must be of a class with a name: received /,
    );
  });

  it('deserialize refuses the class of another module that has the name of one of ours', () => {
    const config = { module: 'my.pkg', class_name: 'SGD', registered_name: 'my>SGD', config: {} };
    expectError(
      () => optimizers.deserialize(config),
      RangeError,
      'ERR_ADAMAX_CONFIG',
      /^config\.module must be a module of Keras, or SGD in customObjects: received 'my\.pkg'$/,
    );
    expectError(
      () => optimizers.deserialize({ ...config, module: null }),
      RangeError,
      'ERR_ADAMAX_CONFIG',
      /^config\.registered_name must be null, or SGD in customObjects: received 'my>SGD'$/,
    );
    class MySGD extends Tenth {}
    expect(optimizers.deserialize(config, { 'my>SGD': MySGD })).to.be.an.instanceOf(MySGD);
    expect(optimizers.deserialize(config, { SGD: MySGD })).to.be.an.instanceOf(MySGD);
    optimizers.register('my>SGD', MySGD);
    expect(optimizers.deserialize(config)).to.be.an.instanceOf(MySGD);
  });

  it('deserialize names the custom object that is no class', () => {
    expectError(
      () => optimizers.deserialize({ class_name: 'Mine', config: {} }, { Mine: 1 }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^customObjects\['Mine'\] must be a class with a static fromConfig: received 1$/,
    );
  });

  it('get, serialize and register refuse what is no optimizer', () => {
    for (const value of [0, null, undefined]) {
      expectError(
        () => optimizers.get(value as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^identifier must be an optimizer, a name, or .*: received /,
      );
    }
    for (const value of [[], {}, { class_name: 1, config: {} }, { class_name: 'Adamax', config: 3 }]) {
      expectError(
        () => optimizers.get(value as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^config.* must be .*: received /,
      );
    }
    expectError(
      () => optimizers.get({ class_name: 'Adamax', config: {}, x: 1 } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /received 'x'$/,
    );
    expectError(
      () => optimizers.serialize({} as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^optimizer must be an Optimizer: received \{\}$/,
    );
    expectError(
      () => optimizers.register('x', class {} as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^optimizer must be a class that extends Optimizer/,
    );
    expectError(
      () => optimizers.register(1 as never, Tenth),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^name must be a string: received 1$/,
    );
  });
});
