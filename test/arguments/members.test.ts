import { Adagrad, Adamax, IndexedSlices, Optimizer, RMSprop, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

const OPTION = 'ERR_ADAMAX_OPTION';

/** Assigns as a script without `'use strict'` does, where a refusal by the language itself is silent. */
const assignSloppily = new Function('object', 'name', 'value', 'object[name] = value;');

const optimizers = () => [new Adagrad(), new Adamax(), new RMSprop(), new SGD()];

class Own extends Optimizer {
  beta3 = 0.3;
  declare beta4: number;
  declare _learningRate: number;

  constructor() {
    super({ name: 'own', slots: [], scalars: 1, sweep() {} }, 'Own', { learningRate: 0.5 });
    this.beta4 = 0.4;
    this._learningRate = 0.7;
  }
  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    scalars[0] = learningRate;
  }
  override getConfig() {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate };
  }
}

describe('members of optimizers', () => {
  it('are refused in the spelling of Keras, read and written, by the right name', () => {
    for (const [theirs, ours] of [
      ['learning_rate', 'learningRate'],
      ['beta_1', 'beta1'],
      ['beta_2', 'beta2'],
      ['apply_gradients', 'applyGradients'],
      ['get_config', 'getConfig'],
      ['get_weights', 'getWeights'],
      ['set_weights', 'setWeights'],
      ['get_slot', 'getSlot'],
      ['get_slot_names', 'getSlotNames'],
      ['add_slot', 'addSlot'],
      ['add_weight', 'addWeight'],
      ['get_updates', 'getUpdates'],
      ['get_gradients', 'getGradients'],
      ['clip_norm', 'clipnorm'],
      ['learningrate', 'learningRate'],
      ['LearningRate', 'learningRate'],
    ]) {
      const optimizer = new Adamax() as unknown as Record<string, unknown>;
      const message = new RegExp(`^${ours} must be spelled like this: received '${theirs}'$`);
      expectError(() => optimizer[theirs], TypeError, OPTION, message);
      expectError(() => assignSloppily(optimizer, theirs, 5), TypeError, OPTION, message);
      expect(Object.hasOwn(optimizer, theirs)).to.equal(false);
    }
    const adagrad = new Adagrad() as unknown as Record<string, unknown>;
    expectError(() => adagrad.initial_accumulator_value, TypeError, OPTION, /^initialAccumulatorValue must be spelled/);
  });

  it('are refused where nobody knows them, in sloppy scripts too, with a list of those that may be set', () => {
    for (const optimizer of optimizers()) {
      const before = Reflect.ownKeys(optimizer);
      for (const name of ['learnigRate', 'foo', 'momentun', '_x']) {
        const message = new RegExp(`^${optimizer.name} must only be told .*learningRate, lr, .*: received '${name}'$`);
        expectError(() => Object.assign(optimizer, { [name]: 5 }), TypeError, OPTION, message);
        expectError(() => assignSloppily(optimizer, name, 5), TypeError, OPTION, message);
      }
      expect(Reflect.ownKeys(optimizer)).to.deep.equal(before);
    }
  });

  it('that only say something refuse to be set, and say what to do instead', () => {
    const ways = {
      name: 'be given to the constructor',
      slotDtype: 'be given to the constructor',
      weights: 'be set by setWeights\\(weights\\)',
      lastLoss: 'be set by a call that evaluates a loss',
      lastStep: 'be set by a step',
      skippedSteps: "be left to nonFinite: 'skip', which counts",
      currentLearningRate: 'be set by learningRate or decay',
    };
    for (const optimizer of [...optimizers(), new Own()]) {
      for (const [name, way] of Object.entries(ways)) {
        const message = new RegExp(`^${name} must ${way}: received 5$`);
        expectError(() => assignSloppily(optimizer, name, 5), TypeError, OPTION, message);
        expectError(() => Object.assign(optimizer, { [name]: 5 }), TypeError, OPTION, message);
      }
    }
    const fixed: [Optimizer, string][] = [
      [new Adagrad(), 'initialAccumulatorValue'],
      [new RMSprop(), 'centered'],
      [new SGD(), 'nesterov'],
    ];
    for (const [optimizer, name] of fixed) {
      expectError(
        () => assignSloppily(optimizer, name, true),
        TypeError,
        OPTION,
        new RegExp(`^${name} must be given to the constructor: received true$`),
      );
    }
  });

  it("may be added by a class of one's own, at any time, but in no other spelling of what is there", () => {
    class Child extends Adamax {
      extra = 1;
    }
    for (const optimizer of [new Own(), new Child()]) {
      Object.assign(optimizer, { late: 1 });
      expect(optimizer).to.include({ late: 1 });
      expectError(
        () => assignSloppily(optimizer, 'learning_rate', 5),
        TypeError,
        OPTION,
        /^learningRate must be spelled/,
      );
    }
    expect(new Own()).to.include({ beta3: 0.3, beta4: 0.4, _learningRate: 0.7 });
    expect(new Child().extra).to.equal(1);
    expectError(
      () => Object.assign(new Child(), { beta_1: 0.5 }),
      TypeError,
      OPTION,
      /^beta1 must be spelled like this: received 'beta_1'$/,
    );
  });

  it('may be replaced and marked: methods by what spies on them, symbols, and what is defined', () => {
    const optimizer = new Adamax();
    const mark = Symbol('mark');
    Object.assign(optimizer, { applyGradients: () => 7, [mark]: 1 });
    expect(optimizer.applyGradients([])).to.equal(7);
    Object.defineProperty(optimizer, 'note', { value: 1 });
    expect(optimizer).to.include({ note: 1, [mark]: 1 });
    expect((optimizer as unknown as { then?: unknown }).then).to.equal(undefined);
    expect(String(optimizer)).to.equal('[object Object]');
    expect('nothing' in optimizer).to.equal(false);
  });
});

describe('members of variables and slices', () => {
  it('are refused where they cannot be set, in sloppy scripts too', () => {
    const variable = new Variable(f32(1, 2), { name: 'w' });
    const slices = new IndexedSlices(f32(1), [0]);
    const table: [object, string, RegExp][] = [
      [variable, 'data', /^data must be replaced by rebind\(data\), or overwritten by assign\(values\): received/],
      [variable, 'shape', /^shape must be given to the constructor: received/],
      [variable, 'dtype', /^dtype must be given to the constructor: received/],
      [variable, 'name', /^name must be given to the constructor: received/],
      [variable, 'constraint', /^constraint must be given to the constructor: received/],
      [variable, 'size', /^size must stay what it is: received/],
      [variable, 'grad', /^Variable must only be told trainable: received 'grad'$/],
      [variable, 'Trainable', /^trainable must be spelled like this: received 'Trainable'$/],
      [slices, 'values', /^values must be given to the constructor: received/],
      [slices, 'indices', /^indices must be given to the constructor: received/],
      [slices, 'denseShape', /^denseShape must be given to the constructor: received/],
      [slices, 'dense_shape', /^denseShape must be spelled like this: received 'dense_shape'$/],
      [slices, 'rows', /^IndexedSlices must be told nothing: received 'rows'$/],
    ];
    for (const [object, name, message] of table) {
      expectError(() => assignSloppily(object, name, f32(3)), TypeError, OPTION, message);
      expectError(() => Object.assign(object, { [name]: f32(3) }), TypeError, OPTION, message);
    }
    expect([...variable.data, ...variable.shape, variable.name, ...slices.values]).to.deep.equal([1, 2, 2, 'w', 1]);
  });

  it("may be added by a class of one's own", () => {
    class Parameter extends Variable {
      group = 'all';
    }
    expect(Object.assign(new Parameter(f32(1)), { grad: f32(1) }).group).to.equal('all');
  });
});
