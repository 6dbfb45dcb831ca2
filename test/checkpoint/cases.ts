/** What trainings may be like when they are cut in two. */
import { Adagrad, Adamax, type Optimizer, RMSprop, SGD, schedules, Variable } from 'adamax';
import { f32 } from '../support/data.js';
import { SCHEDULES } from '../support/schedules.js';
import { type Case, first, NAMES, type Name, stepBy, variableOf, type World } from './training.js';

class Halving extends schedules.LearningRateSchedule {
  readonly #start: number;

  constructor({ start }: { start: number }) {
    super();
    this.#start = start;
  }

  call(step: number): number {
    return this.#start / 2 ** step;
  }

  getConfig() {
    return { start: this.#start };
  }
}

type Rest = Omit<Case, 'title' | 'make'>;
/** A case of one optimizer. */
const one = (title: string, make: () => Optimizer, rest: Rest = {}): Case => ({
  title,
  make: () => ({ '': make() }),
  ...rest,
});
const adamax = () => new Adamax({ learningRate: 0.01 });
/** Has other hyperparameters than what was saved, so that they have to come from the file. */
const other = () => ({ '': new Adamax({ learningRate: 3, beta1: 0.5, decay: 0.5, clipvalue: 0.001 }) });

const rules: readonly Case[] = [
  one('Adamax', adamax),
  one('Adamax, bfloat16 slots', () => new Adamax({ learningRate: 0.01, slotDtype: 'bfloat16' })),
  one('Adagrad', () => new Adagrad({ learningRate: 0.1 })),
  one('Adagrad, bfloat16 slots', () => new Adagrad({ learningRate: 0.1, slotDtype: 'bfloat16' })),
  one('RMSprop', () => new RMSprop()),
  one('RMSprop, momentum', () => new RMSprop({ momentum: 0.5 })),
  one('RMSprop, momentum, bfloat16 slots', () => new RMSprop({ momentum: 0.5, slotDtype: 'bfloat16' })),
  one('RMSprop, centered', () => new RMSprop({ centered: true })),
  one('RMSprop, centered, momentum', () => new RMSprop({ centered: true, momentum: 0.5 })),
  one('SGD', () => new SGD(), { isStateless: true }),
  one('SGD, momentum', () => new SGD({ momentum: 0.5 })),
  one('SGD, momentum, bfloat16 slots', () => new SGD({ momentum: 0.5, slotDtype: 'bfloat16' })),
  one('SGD, nesterov', () => new SGD({ momentum: 0.5, nesterov: true })),
];

const rates: readonly Case[] = [
  ...SCHEDULES.map(([Schedule, options]) => new Schedule(options)),
  new Halving({ start: 0.1 }),
].map((learningRate): Case => {
  const title = `on a schedule: ${learningRate.constructor.name}`;
  return one(title, () => new Adamax({ learningRate }), { fresh: other, customObjects: { Halving } });
});

const hyperparameters: readonly Case[] = [
  one('a learning rate that is a function', () => new Adamax({ learningRate: (step) => 0.1 / (step + 1) })),
  one('a learning rate that is a Variable', () => new Adamax({ learningRate: new Variable(f32(0.02)) }), {
    fresh: () => ({ '': new Adamax({ learningRate: new Variable(f32(3)) }) }),
  }),
  one('clipnorm', () => new Adamax({ clipnorm: 0.5 }), { fresh: other }),
  one('clipvalue', () => new Adamax({ clipvalue: 0.05 }), { fresh: other }),
  one('clipnorm, clipvalue and decay', () => new Adamax({ clipnorm: 0.5, clipvalue: 0.1, decay: 0.1 }), {
    fresh: other,
  }),
  one('hyperparameters that are others than when it was made', adamax, {
    step(place, k) {
      const optimizer = first(place) as Adamax;
      if (k === 2) Object.assign(optimizer, { lr: 0.003, beta2: 0.9, decay: 0.05 });
      stepBy(optimizer, place, k);
    },
  }),
  one('clipnorm that came', adamax, changing(2, { clipnorm: 0.5 })),
  one('clipnorm that went', () => new Adamax({ clipnorm: 0.5 }), changing(2, { clipnorm: undefined })),
  one(
    'a schedule that came',
    adamax,
    changing(2, {
      learningRate: new schedules.ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
    }),
  ),
];

function changing(at: number, to: object): Rest {
  return {
    step(place, k) {
      if (k === at) Object.assign(first(place), to);
      stepBy(first(place), place, k);
    },
  };
}

/** Steps all but some variables before step k, and then all. */
const without = (late: readonly Name[], k: number): Rest => ({
  step(place, i) {
    stepBy(first(place), place, i, i < k ? NAMES.filter((name) => !late.includes(name)) : NAMES);
  },
});

const variables: readonly Case[] = [
  ...(['none', 'bare', 'mixed', 'object'] as const).map((naming) => one(`naming: ${naming}`, adamax, { naming })),
  ...(['own', 'none', 'object'] as const).flatMap((naming) => [
    one(`a variable that came late, naming: ${naming}`, adamax, { ...without(['a'], 3), naming }),
    one(`a variable that comes after the save, naming: ${naming}`, adamax, { ...without(['a', 'table'], 8), naming }),
  ]),
  one('frozen from the start until after the save', adamax, {
    begin(place) {
      variableOf(place, 'b').trainable = false;
    },
    step(place, k) {
      if (k === 8) variableOf(place, 'b').trainable = true;
      stepBy(first(place), place, k);
    },
  }),
  one('frozen from before the save until after it', adamax, {
    step(place, k) {
      variableOf(place, 'b').trainable = k < 2 || k > 7;
      stepBy(first(place), place, k);
    },
  }),
  one('frozen after the save', adamax, {
    step(place, k) {
      variableOf(place, 'b').trainable = k < 7;
      stepBy(first(place), place, k);
    },
  }),
  one('released before the save', adamax, {
    step(place, k) {
      if (k === 3) first(place).release([variableOf(place, 'a')]);
      stepBy(first(place), place, k, k < 3 || k > 7 ? NAMES : ['b', 'c', 'table']);
    },
  }),
  one('rebound before the save', adamax, {
    step(place, k) {
      if (k === 3) rebind(place);
      stepBy(first(place), place, k);
    },
  }),
  one('rebound between save and load', adamax, { revive: rebind }),
  one('built and rebound before the load', adamax, {
    revive(place) {
      first(place).build(NAMES.map((name) => place.model[name]).reverse());
      rebind(place);
    },
  }),
  one('stepped before the load', adamax, {
    revive(place) {
      for (let k = 0; k < 3; k++) stepBy(first(place), place, 50 + k);
    },
  }),
  one('a constraint', adamax, {
    begin(place) {
      const c = new Variable(variableOf(place, 'c').data, {
        name: 'c',
        shape: [9, 4],
        constraint: (x) => x.map((value) => Math.min(Math.abs(value), 0.5)),
      });
      Object.assign(place.model, { c });
    },
  }),
];

function rebind(place: World): void {
  for (const name of ['a', 'c'] as const) variableOf(place, name).rebind(variableOf(place, name).data.slice());
}

const state: readonly Case[] = [
  one('a slot of the caller', adamax, {
    begin: (place) => first(place).addSlot(variableOf(place, 'c'), 'mean').assign(new Float32Array(36).fill(0.5)),
    step(place, k) {
      const c = variableOf(place, 'c');
      stepBy(first(place), place, k);
      const mean = first(place).getSlot(c, 'mean');
      mean.assign(mean.data.map((x, i) => 0.5 * x + c.data[i]));
    },
  }),
  one('a weight of the caller that is saved', adamax, {
    begin: (place) => void first(place).addWeight('seen', [2], { saved: true }),
    step(place, k) {
      stepBy(first(place), place, k);
      const seen = first(place).weights.find(({ shape }) => shape.length === 1 && shape[0] === 2) as Variable;
      seen.assign(seen.data.map((x, i) => 0.5 * x + i + k));
    },
  }),
  one('a counter of the caller', adamax, {
    begin(place) {
      first(place).iterations = new Variable(BigInt64Array.of(40n), { name: 'mine' });
    },
  }),
  {
    title: 'several optimizers that share no variable',
    make: () => ({ slow: adamax(), fast: new SGD({ momentum: 0.9 }) }),
    step(place, k) {
      stepBy(place.optimizers.slow, place, k, ['a', 'table']);
      if (k % 2 === 0) stepBy(place.optimizers.fast, place, k, ['b', 'c']);
    },
  },
  {
    title: 'several optimizers that share a variable',
    make: () => ({ slow: adamax(), fast: new RMSprop({ momentum: 0.9 }) }),
    step(place, k) {
      stepBy(place.optimizers.slow, place, k, ['a', 'b', 'table']);
      stepBy(place.optimizers.fast, place, k, ['b', 'c']);
    },
  },
];

export const CASES: readonly Case[] = [...rules, ...rates, ...hyperparameters, ...variables, ...state];
