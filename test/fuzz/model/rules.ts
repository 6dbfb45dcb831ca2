/** The rules of all optimizers: how one is made, its slots, its scalars, its arithmetic and its part of a config. */
import { Adagrad, Adamax, type Config, Optimizer, optimizers, RMSprop, SGD } from 'adamax';
import { powered } from '../oracle/round.js';
import * as rules from '../oracle/rules.js';
import type { Draw } from '../random.js';
import type { HyperName } from './hyper.js';

/** The worth of each hyperparameter at a step. */
export type Worth = (name: HyperName) => number;

export interface RuleModel {
  readonly name: string;
  readonly make: new (options: never) => Optimizer;
  /** Options that are decided at construction, and what a config has of them. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly slots: readonly string[];
  readonly initial: readonly number[];
  /** Hyperparameters besides learning rate and decay, with their keys in a config. */
  readonly hypers: Readonly<Partial<Record<HyperName, string>>>;
  /** What a config has behind the learning rate, in order. */
  readonly keys: readonly (readonly [key: string, value: HyperName | { readonly fixed: unknown }])[];
  readonly scalars: (rate: number, step: number, worth: Worth) => number[];
  readonly update: rules.Update;
  /** Whether there is a native kernel, and so a thread to go to. */
  readonly native: boolean;
  /** Whether the form of the rule depends on momentum being none, which is decided at construction. */
  readonly momentum: 'none' | 'some' | null;
}

type Keys = RuleModel['keys'];
const ADAMAX_KEYS: Keys = [
  ['beta_1', 'beta1'],
  ['beta_2', 'beta2'],
  ['epsilon', 'epsilon'],
];

const adamax: RuleModel = {
  name: 'Adamax',
  make: Adamax,
  fixed: {},
  slots: ['m', 'v'],
  initial: [0, 0],
  hypers: { beta1: 'beta_1', beta2: 'beta_2', epsilon: 'epsilon' },
  keys: ADAMAX_KEYS,
  scalars: (rate, step, worth) => [
    1 - worth('beta1'),
    worth('beta2'),
    rate / (1 - powered(worth('beta1'), step)),
    worth('epsilon'),
  ],
  update: rules.adamax,
  native: true,
  momentum: null,
};

function rmsprop(centered: boolean, momentum: boolean): RuleModel {
  return {
    name: `RMSprop${centered ? ' centered' : ''}${momentum ? ' with momentum' : ''}`,
    make: RMSprop,
    fixed: { centered },
    slots: ['rms', ...(momentum ? ['momentum'] : []), ...(centered ? ['mg'] : [])],
    initial: [0, 0, 0],
    hypers: { rho: 'rho', momentum: 'momentum', epsilon: 'epsilon' },
    keys: [
      ['rho', 'rho'],
      ['momentum', 'momentum'],
      ['epsilon', 'epsilon'],
      ['centered', { fixed: centered }],
    ],
    scalars: (rate, _step, worth) => [rate, 1 - worth('rho'), worth('momentum'), worth('epsilon')],
    update: rules.rmsprop(centered, momentum),
    native: true,
    momentum: momentum ? 'some' : 'none',
  };
}

function sgd(momentum: boolean, nesterov: boolean): RuleModel {
  return {
    name: `SGD${momentum ? (nesterov ? ' with Nesterov' : ' with momentum') : ''}`,
    make: SGD,
    fixed: { nesterov },
    slots: momentum ? ['momentum'] : [],
    initial: [0],
    hypers: { momentum: 'momentum' },
    keys: [
      ['momentum', 'momentum'],
      ['nesterov', { fixed: nesterov }],
    ],
    scalars: (rate, _step, worth) => (momentum ? [rate, worth('momentum')] : [rate]),
    update: momentum ? rules.sgdMomentum(nesterov) : rules.sgd,
    native: true,
    momentum: momentum ? 'some' : 'none',
  };
}

function adagrad(initial: number): RuleModel {
  return {
    name: `Adagrad from ${initial}`,
    make: Adagrad,
    fixed: { initialAccumulatorValue: initial },
    slots: ['accumulator'],
    initial: [initial],
    hypers: { epsilon: 'epsilon' },
    keys: [
      ['initial_accumulator_value', { fixed: initial }],
      ['epsilon', 'epsilon'],
    ],
    scalars: (rate, _step, worth) => [rate, worth('epsilon')],
    update: rules.adagrad,
    native: true,
    momentum: null,
  };
}

/** A rule of somebody else's. Its name is one of a native kernel, which says nothing. */
const ownRule = {
  name: 'sgd-momentum',
  slots: ['speed', 'steps'],
  initial: [0.25, 0],
  scalars: 2,
  sweep(
    param: Float32Array,
    out: Float32Array,
    [speed, steps]: readonly Float32Array[],
    at: number,
    grad: Float32Array,
    gradAt: number,
    n: number,
    [learningRate, beta]: Float32Array,
  ) {
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
      speed[i] = beta * speed[i] + (1 - beta) * grad[j];
      steps[i] += 1;
      out[i] = param[i] - (learningRate * Math.sign(speed[i])) / steps[i];
    }
  },
};

class Own extends Optimizer {
  static override readonly configKeys = { beta_1: 'beta1' };
  beta1: number;

  constructor({ beta1 = 0.9, ...options }: Record<string, unknown> & { beta1?: number } = {}) {
    super(ownRule, 'Own', { learningRate: 0.01, ...options });
    this.beta1 = beta1;
  }

  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    scalars.set([learningRate, this.beta1]);
  }

  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate, beta_1: this.beta1 };
  }
}
optimizers.register('Own', Own as never);

const own: RuleModel = {
  name: 'Own',
  make: Own as never,
  fixed: {},
  slots: ownRule.slots,
  initial: ownRule.initial,
  // It is a field, which takes anything.
  hypers: {},
  keys: [['beta_1', { fixed: 0.9 }]],
  scalars: (rate) => [rate, 0.9],
  update: rules.own,
  native: false,
  momentum: null,
};

const FORMS: readonly (readonly [model: RuleModel, weight: number])[] = [
  [adamax, 8],
  [rmsprop(false, false), 2],
  [rmsprop(true, false), 2],
  [rmsprop(false, true), 2],
  [rmsprop(true, true), 2],
  [sgd(false, false), 2],
  [sgd(true, false), 2],
  [sgd(true, true), 2],
  [adagrad(0.1), 2],
  [adagrad(0), 1],
  [own, 2],
];

export function drawRule(draw: Draw): RuleModel {
  return draw.weighted(FORMS.map(([model, weight]) => ({ model, weight }))).model;
}
