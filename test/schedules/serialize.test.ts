import { type ErrorCode, schedules } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';

const {
  CosineDecay,
  CosineDecayRestarts,
  deserialize,
  ExponentialDecay,
  InverseTimeDecay,
  LinearCosineDecay,
  NoisyLinearCosineDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
  serialize,
} = schedules;

const CONFIG = 'ERR_ADAMAX_CONFIG';

/** Schedules with what TF 2.2's `serialize` makes of them, key by key and in order; only numbers of their own. */
const TF22: [schedules.LearningRateSchedule, string][] = [
  [
    new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.96 }),
    `{"class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 1000,
      "decay_rate": 0.96, "staircase": false, "name": null}}`,
  ],
  [
    new PiecewiseConstantDecay({ boundaries: [10, 20], values: [1, 0.5, 0.25], name: 'my_pcd' }),
    `{"class_name": "PiecewiseConstantDecay", "config": {"boundaries": [10, 20], "values": [1, 0.5, 0.25],
      "name": "my_pcd"}}`,
  ],
  [
    new PolynomialDecay({
      initialLearningRate: 0.1,
      decaySteps: 10000,
      endLearningRate: 0.01,
      power: 0.5,
      cycle: true,
    }),
    `{"class_name": "PolynomialDecay", "config": {"initial_learning_rate": 0.1, "decay_steps": 10000,
      "end_learning_rate": 0.01, "power": 0.5, "cycle": true, "name": null}}`,
  ],
  [
    new InverseTimeDecay({
      initialLearningRate: 0.05,
      decaySteps: 10,
      decayRate: 0.96,
      staircase: true,
      name: 'my_itd',
    }),
    `{"class_name": "InverseTimeDecay", "config": {"initial_learning_rate": 0.05, "decay_steps": 10,
      "decay_rate": 0.96, "staircase": true, "name": "my_itd"}}`,
  ],
  [
    new CosineDecay({ initialLearningRate: 0.05, decaySteps: 10, alpha: 0.1, name: 'my_cd' }),
    `{"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.05, "decay_steps": 10, "alpha": 0.1,
      "name": "my_cd"}}`,
  ],
  [
    new CosineDecayRestarts({ initialLearningRate: 0.05, firstDecaySteps: 10, alpha: 0.1, tMul: 3, mMul: 4 }),
    `{"class_name": "CosineDecayRestarts", "config": {"initial_learning_rate": 0.05, "first_decay_steps": 10,
      "t_mul": 3, "m_mul": 4, "alpha": 0.1, "name": null}}`,
  ],
  [
    new LinearCosineDecay({ initialLearningRate: 0.05, decaySteps: 10, numPeriods: 2, alpha: 0.1, beta: 0.2 }),
    `{"class_name": "LinearCosineDecay", "config": {"initial_learning_rate": 0.05, "decay_steps": 10,
      "num_periods": 2, "alpha": 0.1, "beta": 0.2, "name": null}}`,
  ],
  [
    new NoisyLinearCosineDecay({ initialLearningRate: 0.05, decaySteps: 10, initialVariance: 2, varianceDecay: 0.4 }),
    `{"class_name": "NoisyLinearCosineDecay", "config": {"initial_learning_rate": 0.05, "decay_steps": 10,
      "initial_variance": 2, "variance_decay": 0.4, "num_periods": 0.5, "alpha": 0, "beta": 0.001, "name": null}}`,
  ],
];

/** What Keras 3 and the last tf-keras write, and the schedule it stands for. */
const KERAS3: [string, schedules.LearningRateSchedule][] = [
  [
    `{"module": "keras.optimizers.schedules", "class_name": "ExponentialDecay", "config": {"initial_learning_rate": 0.05,
      "decay_steps": 10, "decay_rate": 0.96, "staircase": true, "name": "my_ed"}, "registered_name": null}`,
    new ExponentialDecay({
      initialLearningRate: 0.05,
      decaySteps: 10,
      decayRate: 0.96,
      staircase: true,
      name: 'my_ed',
    }),
  ],
  [
    `{"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": {"initial_learning_rate": 0.05,
      "decay_steps": 10, "alpha": 0.1, "name": "CosineDecay", "warmup_target": 0.2, "warmup_steps": 2},
      "registered_name": null}`,
    new CosineDecay({
      initialLearningRate: 0.05,
      decaySteps: 10,
      alpha: 0.1,
      warmupTarget: 0.2,
      warmupSteps: 2,
      name: 'CosineDecay',
    }),
  ],
  [
    `{"module": "keras.optimizers.schedules", "class_name": "CosineDecay", "config": {"initial_learning_rate": 0.05,
      "decay_steps": 10, "alpha": 0.0, "name": "CosineDecay", "warmup_target": null, "warmup_steps": 0},
      "registered_name": null, "build_config": {"input_shape": null}}`,
    new CosineDecay({ initialLearningRate: 0.05, decaySteps: 10, name: 'CosineDecay' }),
  ],
  [
    `{"module": "keras.optimizers.schedules", "class_name": "CosineDecayRestarts", "config": {"initial_learning_rate": 0.05,
      "first_decay_steps": 10, "t_mul": 2.0, "m_mul": 1.0, "alpha": 0.0, "name": "SGDRDecay"},
      "registered_name": null, "build_config": {}, "compile_config": null}`,
    new CosineDecayRestarts({ initialLearningRate: 0.05, firstDecaySteps: 10, name: 'SGDRDecay' }),
  ],
  [
    `{"module": "tf_keras.optimizers.schedules", "class_name": "NoisyLinearCosineDecay", "config":
      {"initial_learning_rate": 0.05, "decay_steps": 10, "initial_variance": 1.0, "variance_decay": 0.55,
      "num_periods": 0.5, "alpha": 0.0, "beta": 0.001, "seed": null, "name": null}, "registered_name": null,
      "shared_object_id": 3}`,
    new NoisyLinearCosineDecay({ initialLearningRate: 0.05, decaySteps: 10 }),
  ],
  [
    `{"module": null, "class_name": "PiecewiseConstantDecay", "config": {"boundaries": [5], "values": [1.0, 0.5],
      "name": "PiecewiseConstant"}, "registered_name": "PiecewiseConstantDecay"}`,
    new PiecewiseConstantDecay({ boundaries: [5], values: [1, 0.5], name: 'PiecewiseConstant' }),
  ],
];

function expectEqual(actual: schedules.LearningRateSchedule, expected: schedules.LearningRateSchedule): void {
  expect(actual.constructor).to.equal(expected.constructor);
  expect(actual).to.deep.equal(expected);
  for (const step of [0, 1, 3.5, 10, 11, 1e6]) expect(actual.call(step)).to.equal(expected.call(step));
}

/** A user's schedule, with the inherited fromConfig. */
class Halving extends schedules.LearningRateSchedule {
  readonly firstRate: number;
  constructor({ firstRate }: { firstRate: number }) {
    super();
    this.firstRate = firstRate;
  }
  override call(step: number): number {
    return this.firstRate / 2 ** step;
  }
  override getConfig() {
    return { first_rate: this.firstRate };
  }
}

/** One on top of a class of ours, with keys of its own. */
class Scaled extends ExponentialDecay {
  readonly factor: number;
  constructor({ factor, ...options }: ConstructorParameters<typeof ExponentialDecay>[0] & { factor: number }) {
    super(options);
    this.factor = factor;
  }
  override call(step: number): number {
    return this.factor * super.call(step);
  }
  override getConfig() {
    return { ...super.getConfig(), factor: this.factor };
  }
}

describe('schedules.serialize', () => {
  for (const [schedule, json] of TF22) {
    const { name } = schedule.constructor;

    it(`makes of ${name} what TF 2.2 does`, () => {
      expect(JSON.stringify(serialize(schedule))).to.equal(JSON.stringify(JSON.parse(json)));
    });

    it(`brings ${name} back`, () => {
      expectEqual(deserialize(JSON.parse(json)), schedule);
      expectEqual(deserialize(serialize(schedule)), schedule);
      expectEqual(deserialize(JSON.parse(JSON.stringify(serialize(schedule)))), schedule);
      const Schedule = schedule.constructor as unknown as typeof ExponentialDecay;
      expectEqual(Schedule.fromConfig(schedule.getConfig()), schedule);
    });
  }

  it('has the keys of the warm-up and the seed only where they say something', () => {
    const options = { initialLearningRate: 0.05, decaySteps: 10 };
    const keys = (schedule: schedules.LearningRateSchedule) => Object.keys(schedule.getConfig()).slice(2).join();
    expect(keys(new CosineDecay({ ...options, warmupTarget: null, warmupSteps: 0 }))).to.equal('alpha,name');
    const warmup = 'alpha,name,warmup_target,warmup_steps';
    expect(keys(new CosineDecay({ ...options, warmupTarget: 0 }))).to.equal(warmup);
    expect(keys(new CosineDecay({ ...options, warmupSteps: 3 }))).to.equal(warmup);
    const noisy = 'initial_variance,variance_decay,num_periods,alpha,beta,';
    expect(keys(new NoisyLinearCosineDecay({ ...options, seed: null }))).to.equal(`${noisy}name`);
    const seeded = new NoisyLinearCosineDecay({ ...options, seed: 0 });
    expect(keys(seeded)).to.equal(`${noisy}seed,name`);
    expectEqual(deserialize(serialize(seeded)), seeded);
  });

  it('knows classes whose names a bundler has shortened', () => {
    const name = Object.getOwnPropertyDescriptor(ExponentialDecay, 'name') as PropertyDescriptor;
    Object.defineProperty(ExponentialDecay, 'name', { ...name, value: 'e' });
    try {
      expect(serialize(TF22[0][0]).class_name).to.equal('ExponentialDecay');
    } finally {
      Object.defineProperty(ExponentialDecay, 'name', name);
    }
  });

  it('takes schedules of the user', () => {
    expect(serialize(new Halving({ firstRate: 0.5 }))).to.deep.equal({
      class_name: 'Halving',
      config: { first_rate: 0.5 },
    });
  });

  it('refuses what it cannot write', () => {
    const cases: [unknown, RegExp][] = [
      [0.1, /^schedule must be a LearningRateSchedule: received 0\.1$/],
      [null, /^schedule must be a LearningRateSchedule: received null$/],
      [{ call: () => 1, getConfig: () => ({}) }, /^schedule must be a LearningRateSchedule: received \{/],
      [ExponentialDecay, /^schedule must be a LearningRateSchedule: received \[class ExponentialDecay/],
      [new (class extends Halving {})({ firstRate: 1 }), /^schedule must be of a class with a name: received /],
      [
        Object.assign(new Halving({ firstRate: 1 }), { getConfig: undefined }),
        /^getConfig of Halving must be a function: received undefined$/,
      ],
      [
        Object.assign(new Halving({ firstRate: 1 }), { getConfig: () => 1 }),
        /^getConfig\(\) of Halving must be an object: received 1$/,
      ],
    ];
    for (const [schedule, message] of cases) {
      expectError(() => serialize(schedule as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
    }
  });
});

describe('schedules.deserialize', () => {
  for (const [json, schedule] of KERAS3) {
    it(`reads Keras 3's ${schedule.constructor.name} ${JSON.stringify(schedule.getConfig())}`, () => {
      expectEqual(deserialize(JSON.parse(json)), schedule);
    });
  }

  it('leaves the config as it is', () => {
    const config = JSON.parse(KERAS3[1][0]);
    const copy = structuredClone(config);
    deserialize(Object.freeze(config));
    expect(config).to.deep.equal(copy);
  });

  it('finds classes of the user, by either name, before those of the same name here', () => {
    const own = new Halving({ firstRate: 0.5 });
    expectEqual(deserialize(serialize(own), { Halving }), own);
    const registered = {
      module: 'my.module',
      class_name: 'Halving',
      config: { first_rate: 0.5 },
      registered_name: 'mine>Halving',
    };
    expectEqual(deserialize(registered, { Halving }), own);
    expectEqual(deserialize(registered, { 'mine>Halving': Halving }), own);
    const options = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 };
    const scaled = new Scaled({ ...options, factor: 3 });
    expectEqual(deserialize(serialize(scaled), { Scaled }), scaled);
    const config = { ...scaled.getConfig() };
    expectEqual(deserialize({ class_name: 'ExponentialDecay', config }, { ExponentialDecay: Scaled }), scaled);
  });

  it('refuses what it cannot read', () => {
    const config = { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5 };
    const exponential = { class_name: 'ExponentialDecay', config };
    const cases: [unknown, unknown, typeof TypeError | typeof RangeError, ErrorCode, RegExp][] = [
      [
        'ExponentialDecay',
        {},
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^config must be an object of options, \{ class_name: 'ExponentialDecay' \}: received 'Exp/,
      ],
      [null, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config must be an object of options, .*: received null$/],
      [
        [exponential],
        {},
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^config must be an object of options, \{ class_name: … \}: received \[/,
      ],
      [{}, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.class_name must be a string: received undefined$/],
      [{ ...exponential, class_name: 1 }, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.class_name .*: received 1$/],
      [{ ...exponential, module: 1 }, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.module must be a string: rec/],
      [{ ...exponential, registered_name: 1 }, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.registered_name must/],
      [{ ...exponential, config: 1 }, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.config must be an object: rec/],
      [{ ...exponential, config: [1] }, {}, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config\.config must be an object: rec/],
      [{ ...exponential, className: 1 }, {}, TypeError, 'ERR_ADAMAX_OPTION', /: received 'className'$/],
      [
        { class_name: 'StepDecay', config },
        {},
        RangeError,
        CONFIG,
        /^config\.class_name must be one of ExponentialDecay, .* or in customObjects: received 'StepDecay'$/,
      ],
      [{ class_name: 'constructor', config }, {}, RangeError, CONFIG, /received 'constructor'$/],
      [{ class_name: 'LearningRateSchedule', config }, {}, RangeError, CONFIG, /received 'LearningRateSchedule'$/],
      [
        { ...exponential, module: 'my.kerasish' },
        {},
        RangeError,
        CONFIG,
        /^config\.module must be a module of Keras, or ExponentialDecay in customObjects: received 'my\.kerasish'$/,
      ],
      [{ ...exponential, module: 'kerasish.schedules' }, {}, RangeError, CONFIG, /received 'kerasish\.schedules'$/],
      [
        { ...exponential, registered_name: 'mine>ExponentialDecay' },
        {},
        RangeError,
        CONFIG,
        /^config\.registered_name must be null, or ExponentialDecay in customObjects: received 'mine>Expo/,
      ],
      [
        { ...exponential, build_config: { input_shape: [2] } },
        {},
        RangeError,
        CONFIG,
        /^config\.build_config must be null or empty: received \{ input_shape: /,
      ],
      [
        { ...exponential, compile_config: 'x' },
        {},
        RangeError,
        CONFIG,
        /^config\.compile_config must be null or empty/,
      ],
      [exponential, 1, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^customObjects must be an object .*: received 1$/],
      [
        exponential,
        { ExponentialDecay: 1 },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^customObjects\['ExponentialDecay'\] must be a class with a static fromConfig: received 1$/,
      ],
      [
        exponential,
        { ExponentialDecay: () => 1 },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /static fromConfig: received \[Fun/,
      ],
      [
        exponential,
        {
          ExponentialDecay: Object.assign(() => 0, { fromConfig: () => 7 }),
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^fromConfig of customObjects\['ExponentialDecay'\] must return a LearningRateSchedule: received 7$/,
      ],
    ];
    for (const [value, customObjects, type, code, message] of cases) {
      expectError(() => deserialize(value as never, customObjects as never), type, code, message);
    }
  });

  it('refuses configs whose keys are not those of the class', () => {
    const config = { initial_learning_rate: 0.1, decay_steps: 10, decay_rate: 0.5 };
    const read = (changed: object) => () => ExponentialDecay.fromConfig(changed);
    expectError(
      read({ ...config, decay_step: 1 }),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^ExponentialDecay must only have the options .*: received 'decayStep'$/,
    );
    expectError(
      read({ ...config, decaySteps: 1 }),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^config must have its keys in snake case: received 'decaySteps'$/,
    );
    expectError(
      read({ ...config, name: undefined }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^config\.name must be a value: received undefined$/,
    );
    expectError(read([config]), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^config must be an object: received \[/);
    expectError(read(JSON.parse('{"__proto__": {}}')), TypeError, 'ERR_ADAMAX_OPTION', /: received '/);
    expectError(
      () => new PiecewiseConstantDecay(PiecewiseConstantDecay.fromConfig(config) as never),
      TypeError,
      'ERR_ADAMAX_OPTION',
      /^PiecewiseConstantDecay must only have the options boundaries, values, name: received 'initialLearningRate'$/,
    );
  });
});
