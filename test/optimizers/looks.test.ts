import { inspect } from 'node:util';
import { serialize } from 'node:v8';
import { MessageChannel } from 'node:worker_threads';
import { Adamax, type AdamaxOptions, optimizers, RMSprop, SGD, schedules, Variable } from 'adamax';
import { isa } from 'adamax/kernels';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { runModule } from '../support/process.js';

const line = (value: unknown, options = {}) => inspect(value, { breakLength: Infinity, compact: 99, ...options });

const trained = (options: AdamaxOptions = {}) => {
  const optimizer = new Adamax(options);
  optimizer.applyGradients([[[1, 1], new Variable(f32(1, 2), { name: 'w' })]]);
  return optimizer;
};

onEveryImplementation('what is shown of an optimizer', (name) => {
  it('is class, name, hyperparameters, steps, variables, bytes of state and implementation', () => {
    expect(isa()).to.equal(name);
    const hyperparameters = 'learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7';
    const state = `iterations: 1, variables: 1, bytes: 16, implementation: '${name}'`;
    expect(line(trained())).to.equal(`Adamax { name: 'Adamax', ${hyperparameters}, ${state} }`);
    expect(line({ a: trained() }, { depth: 0 })).to.equal('{ a: [Adamax] }');
    expect(line([trained()], { colors: true })).to.match(/\[33m0\.001/);
    const rms = new RMSprop({ clipnorm: 1, clipvalue: 2, decay: 3, slotDtype: 'bfloat16' });
    expect(line(rms)).to.equal(
      "RMSprop { name: 'RMSprop', learningRate: 0.001, decay: 3, clipnorm: 1, clipvalue: 2, slotDtype: 'bfloat16', " +
        `rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false, iterations: 0, variables: 0, bytes: 0, implementation: '${name}' }`,
    );
  });

  it('is what it does about gradients that are not finite, and how many steps it skipped', () => {
    const optimizer = new SGD({ nonFinite: 'skip' });
    expect(line(optimizer)).to.match(/learningRate: 0\.01, nonFinite: 'skip', momentum: 0/);
    optimizer.applyGradients([[f32(NaN), f32(1)]]);
    expect(line(optimizer)).to.match(/nonFinite: 'skip', skippedSteps: 1, momentum: 0/);
    optimizer.nonFinite = 'propagate';
    expect(line(optimizer)).to.match(/learningRate: 0\.01, skippedSteps: 1, momentum: 0/);
  });

  it('during a step off the event loop is what it is busy with', async () => {
    const optimizer = new Adamax();
    const [gradient, weights] = [new Float32Array(2 ** 20), new Float32Array(2 ** 20)];
    const step = optimizer.applyGradientsAsync([[gradient, weights]]);
    const text = line(optimizer);
    await step;
    if (name !== 'js') expect(text).to.match(/ busy: 'applyGradientsAsync'/);
    expect(line(optimizer)).to.not.match(/busy/);
  });
});

describe('what is shown of an optimizer', () => {
  it('runs no code: functions, schedules and variables are shown, and engines by one line', () => {
    let asked = 0;
    const rate = () => ++asked;
    const engine = { differentiate: () => ({ gradients: [] }) };
    const optimizer = new Adamax({ learningRate: rate, beta1: new Variable(f32(0.5), { name: 'b' }), engine });
    expect(line(optimizer)).to.match(/learningRate: \[Function: rate\], engine: \{ differentiate: \[Function/);
    expect(line(optimizer)).to.match(/beta1: Variable \{ name: 'b', .*data: \[ 0\.5 \] \}/);
    expect(asked).to.equal(0);
    optimizer.learningRate = new schedules.InverseTimeDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 3 });
    expect(line(optimizer)).to.match(/learningRate: InverseTimeDecay \{ initialLearningRate: 1, decaySteps: 2, /);
  });

  it('is what is left when memory has gone', () => {
    const optimizer = trained();
    const buffers = new Set(optimizer.weights.map(({ data }) => data.buffer as ArrayBuffer));
    for (const buffer of buffers) structuredClone(buffer, { transfer: [buffer] });
    expect(line(optimizer)).to.match(/iterations: \[detached\], variables: 1, bytes: 0/);
    expect(line(optimizer.weights)).to.match(/data: \[detached\]/);
  });

  it("has the fields of one's own class, but asks no accessor", () => {
    class Own extends SGD {
      nu = 0.25;
      get failing(): number {
        throw new Error('asked');
      }
    }
    const own = Object.defineProperty(new Own(), 'lazy', { get: () => expect.fail('asked'), enumerable: true });
    expect(line(own)).to.match(/^Own \{ name: 'SGD', .*nesterov: false, nu: 0\.25, iterations: 0/);
  });

  it('does not load the addon', () => {
    const { stdout, stderr } = runModule(`
      let loads = 0;
      const { dlopen } = process;
      process.dlopen = (...args) => { loads++; return dlopen.apply(process, args); };
      const { Adamax } = await import('adamax');
      const { inspect } = await import('node:util');
      const optimizer = new Adamax();
      const text = inspect(optimizer) + JSON.stringify(optimizer);
      const before = loads;
      optimizer.applyGradients([[[1], new Float32Array(1)]]);
      process.stdout.write(JSON.stringify([before, loads, text.includes('implementation')]));
    `);
    expect({ stdout, stderr }).to.deep.equal({ stdout: '[0,1,false]', stderr: '' });
  });
});

describe('JSON of an optimizer', () => {
  it('is what deserialize takes, as long as there is no state', () => {
    for (const optimizer of [new Adamax({ learningRate: 0.5, clipnorm: 1 }), new SGD({ momentum: 0.5 })]) {
      const again = optimizers.deserialize(JSON.parse(JSON.stringify(optimizer)));
      expect(again).to.be.an.instanceOf(optimizer.constructor);
      expect(again.getConfig()).to.deep.equal(optimizer.getConfig());
    }
  });

  it('tells how much state there is, and is refused then: getWeights saves it', () => {
    const optimizer = trained();
    const json = JSON.parse(JSON.stringify({ optimizer })).optimizer;
    expect(json).to.deep.equal({
      ...optimizers.serialize(optimizer),
      state: { iterations: 1, variables: 1, bytes: 16 },
    });
    const message = /^config\.state must be left out, and the weights of getWeights\(\) set by setWeights.*: received/;
    for (const read of [optimizers.deserialize, optimizers.get]) {
      expectError(() => read(json), RangeError, 'ERR_ADAMAX_CONFIG', message);
    }
    const { state: _, ...config } = json;
    const again = optimizers.deserialize(config);
    again.build([new Variable(f32(0, 0), { name: 'w' })]);
    again.setWeights(JSON.parse(JSON.stringify(optimizer.getWeights())));
    expect(JSON.parse(JSON.stringify(again))).to.deep.equal(json);
    const built = new Adamax();
    built.build([f32(1)]);
    expect(JSON.parse(JSON.stringify(built)).state).to.deep.equal({ iterations: 0, variables: 1, bytes: 8 });
  });

  it('of a schedule is what deserialize takes', () => {
    const schedule = new schedules.CosineDecay({ initialLearningRate: 0.5, decaySteps: 10 });
    const json = JSON.parse(JSON.stringify({ schedule })).schedule;
    expect(json).to.deep.equal(schedules.serialize(schedule));
    expect(schedules.deserialize(json).call(3)).to.equal(schedule.call(3));
  });
});

describe('a copy of an optimizer', () => {
  it('is refused by structuredClone, postMessage and v8.serialize, in words of ours', () => {
    const { port1, port2 } = new MessageChannel();
    try {
      for (const copy of [structuredClone, serialize, (value: unknown) => port1.postMessage(value)]) {
        for (const value of [new Adamax(), { deep: [trained()] }]) {
          const message = /^an optimizer must be handed over as its getConfig\(\) and getWeights\(\): received a copy/;
          expectError(() => copy(value), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
        }
      }
    } finally {
      port1.close();
      port2.close();
    }
  });

  it('as options is refused by the constructor', () => {
    expectError(() => new Adamax({ ...new Adamax() } as never), TypeError, 'ERR_ADAMAX_OPTION', /notCloneable/);
  });
});
