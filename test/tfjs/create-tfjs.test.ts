import { inspect } from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Adamax as CoreAdamax, schedules } from 'adamax';
import { createTfjs } from 'adamax/tfjs';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';
import { runModule } from '../support/process.js';
import { perceptron, regression, train, valuesOf } from './models.js';
import { tf } from './peer.js';

describe('createTfjs', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });
  after(() => tf.disposeVariables());

  it('gives the same for the same TensorFlow.js, and one set of masters for all its namespaces', () => {
    expect(createTfjs(tf)).to.equal(createTfjs(tf));
    const other = createTfjs({ ...tf });
    expect(other).to.not.equal(createTfjs(tf));
    const v = tf.variable(tf.zeros([1]));
    expect(other.variablesOf(v)[v.name]).to.equal(createTfjs(tf).variablesOf(v)[v.name]);
  });

  it('refuses what is no TensorFlow.js, is too old, or has no gradients, in one sentence', () => {
    const refused = (peer: unknown, message: RegExp) => {
      expectError(() => createTfjs(peer as never), TypeError, 'ERR_ADAMAX_TFJS', message);
    };
    for (const bad of [undefined, null, 5, 'tf', {}, { default: tf }, CoreAdamax]) {
      refused(bad, /^tf must be the namespace of @tensorflow\/tfjs, as import \* as tf gives it: received /);
    }
    for (const version_core of ['3.21.0', '4.9.1']) {
      refused({ ...tf, version_core }, new RegExp(`^tf must be of version 4.10 or later: received ${version_core}$`));
    }
    for (const version_core of ['4.10.0', '4.100.1', '5.0.0-rc.1']) createTfjs({ ...tf, version_core } as never);
    refused({ ...tf, getGradient: () => undefined }, /^tf must have gradients: import @tensorflow\/tfjs or .* alone$/);
  });

  it('refuses the core of TensorFlow.js alone, which has no gradients', function () {
    if (process.env.ADAMAX_TEST_TFJS !== undefined) this.skip();
    const { stdout, stderr } = runModule(`
      import * as tf from '@tensorflow/tfjs-core';
      import { createTfjs } from 'adamax/tfjs';
      try { createTfjs(tf); } catch ({ code }) { console.log(code); }
      await import('@tensorflow/tfjs-layers');
      console.log(typeof createTfjs(tf).Adamax);
    `);
    expect(stdout, stderr).to.equal('ERR_ADAMAX_TFJS\nfunction\n');
  });

  it('is there for import and require alike, and loads no TensorFlow.js, nor does the rest of the package', () => {
    const { stdout, stderr } = runModule(`
      import { createRequire } from 'node:module';
      import * as imported from 'adamax/tfjs';
      import 'adamax';
      const require = createRequire(import.meta.url);
      console.log(require('adamax/tfjs').createTfjs === imported.createTfjs);
      const { load } = require('adamax/checkpoint');
      console.log(typeof load, Object.keys(require.cache).filter((file) => file.includes('tensorflow')).length);
    `);
    expect(stdout, stderr).to.equal('true\nfunction 0\n');
  });

  it('has options of the core, and refuses what these would refuse', () => {
    const { Adamax, RMSprop } = createTfjs(tf);
    expect(new Adamax().core.getConfig()).to.deep.equal(new CoreAdamax().getConfig());
    expect(new Adamax(0.5).learningRate).to.equal(0.5);
    const schedule = new schedules.ExponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 });
    expect(new Adamax(schedule).learningRate).to.equal(schedule);
    expect(new Adamax(() => 3).core.currentLearningRate).to.equal(3);
    expect(new RMSprop({ rho: 0.5 }).core.rho).to.equal(0.5);
    expectError(() => new Adamax({ beta3: 1 } as never), TypeError, 'ERR_ADAMAX_OPTION', /beta3/);
    // tf.train.adamax takes its options one after the other.
    const Loose = Adamax as unknown as new (...given: number[]) => unknown;
    expectError(
      () => new Loose(0.002, 0.9),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /NativeAdamax must have one argument.*received 2/,
    );
    expectError(
      () => new Adamax({ engine: null } as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^engine must be left out/,
    );
    expectError(() => new Adamax('fast' as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /'fast'/);
    expectError(() => new Adamax(null as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /null/);
  });

  it('has classes that TensorFlow.js knows by name, with configs in its own case too', () => {
    const { Adamax } = createTfjs(tf);
    expect(Adamax.className).to.equal('NativeAdamax');
    expect(inspect(new Adamax())).to.match(/^NativeAdamax \{\s+core: Adamax \{/);
    const optimizer = new Adamax({
      learningRate: new schedules.PiecewiseConstantDecay({ boundaries: [1, 2], values: [3, 2, 1] }),
      beta1: 0.5,
      slotDtype: 'bfloat16',
    });
    expect(optimizer).to.be.an.instanceOf(tf.Optimizer);
    expect(optimizer.getClassName()).to.equal('NativeAdamax');
    const config = optimizer.getConfig();
    const camel = {
      ...config,
      learningRate: config.learning_rate,
      beta1: config.beta_1,
      customObjects: { Some: class {} },
    };
    const { learning_rate: _, beta_1: __, ...rest } = camel as Record<string, unknown>;
    for (const given of [config, rest, JSON.parse(JSON.stringify(config))]) {
      const again = Adamax.fromConfig(Adamax as never, given as never) as unknown as typeof optimizer;
      expect(again.core.getConfig()).to.deep.equal(config);
    }
    expectError(
      () => Adamax.fromConfig(Adamax as never, { learningrate: 1 }),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /learning_rate/,
    );
  });
});

describe('a backend that nobody here knows', () => {
  before(async () => {
    await tf.setBackend('cpu');
    const { constructor: Cpu } = tf.engine().backend as unknown as { constructor: new () => never };
    class Plain extends (Cpu as new () => object) {
      constructor() {
        super();
        // What storage of the cpu backend goes by.
        Object.defineProperty(this, 'hidden', { value: true });
      }
    }
    tf.registerBackend('plain', () => new Plain() as never);
    tf.copyRegisteredKernels('cpu', 'plain');
    await tf.setBackend('plain');
  });
  after(async () => {
    await tf.setBackend('cpu');
    tf.removeBackend('plain');
  });

  it('is trained by what all backends can do', async () => {
    const { Adamax } = createTfjs(tf);
    const data = regression();
    const model = perceptron();
    model.compile({ optimizer: new Adamax(0.01), loss: 'meanSquaredError' });
    const first = (model.getWeights()[0] as Tensor).dataSync();
    const then = Float32Array.from(first);
    const { numTensors } = tf.memory();
    const losses = await train(model, data, 5);
    expect(losses[4]).to.be.below(losses[0] / 2);
    expect(tf.memory().numTensors).to.equal(numTensors);
    expect(Float32Array.from(first)).to.deep.equal(then);
    expect(valuesOf(model.getWeights()[0])).to.not.deep.equal(then);
    tf.dispose([data.xs, data.ys]);
    model.dispose();
  });
});
