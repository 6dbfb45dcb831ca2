import { deserialize, serialize } from 'node:v8';
import {
  Adagrad,
  Adamax,
  type Gradient,
  IndexedSlices,
  type NdArray,
  Optimizer,
  optimizers,
  RMSprop,
  SGD,
  schedules,
  Variable,
  type WeightLike,
} from 'adamax';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { byName } from './by-name.js';

/** Each way from the weights of one process to those of another. */
const WAYS: Readonly<Record<string, (weights: NdArray[]) => readonly WeightLike[]>> = {
  'as they are': (weights) => weights,
  'as v8 writes them': (weights) => deserialize(serialize(weights)),
  'as JSON': (weights) => JSON.parse(JSON.stringify(weights)),
};

/** A rule in TypeScript alone, with a weight of its own that is saved. */
class Lion extends Optimizer {
  readonly #seen = this.addWeight('seen', [], { saved: true });

  constructor(options = {}) {
    super(
      {
        name: 'lion',
        slots: ['momentum'],
        scalars: 2,
        sweep(param, out, [momentum], at, grad, gradAt, n, [learningRate, scale]) {
          for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
            const direction = Math.sign(0.9 * momentum[i] + 0.1 * grad[j]);
            momentum[i] = 0.99 * momentum[i] + 0.01 * grad[j];
            out[i] = param[i] - scale * learningRate * direction;
          }
        },
      },
      'Lion',
      { learningRate: 0.01, ...options },
    );
  }

  /** The state of the rule's own decides what a step does, so that it is missed where it is lost. */
  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    this.#seen.assign([this.#seen.item() + 0.25]);
    scalars[0] = learningRate;
    scalars[1] = 1 / this.#seen.item();
  }

  override getConfig() {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate };
  }
}

const decaying = () => new schedules.ExponentialDecay({ initialLearningRate: 0.05, decaySteps: 3, decayRate: 0.5 });

const RULES: readonly (readonly [string, () => Optimizer])[] = [
  ['Adamax', () => new Adamax({ learningRate: 0.01 })],
  ['Adamax, clipped, on a schedule', () => new Adamax({ learningRate: decaying(), clipnorm: 0.5, decay: 0.1 })],
  ['Adamax, bfloat16 slots', () => new Adamax({ learningRate: 0.01, slotDtype: 'bfloat16' })],
  ['Adagrad', () => new Adagrad({ learningRate: 0.1 })],
  ['RMSprop', () => new RMSprop()],
  ['RMSprop, momentum', () => new RMSprop({ momentum: 0.5 })],
  ['RMSprop, centered', () => new RMSprop({ centered: true })],
  ['RMSprop, centered, momentum', () => new RMSprop({ centered: true, momentum: 0.5 })],
  ['SGD', () => new SGD()],
  ['SGD, momentum', () => new SGD({ momentum: 0.5 })],
  ['SGD, nesterov', () => new SGD({ momentum: 0.5, nesterov: true })],
  ['a rule in TypeScript', () => new Lion()],
];

const SHAPES = { a: [33], b: [33], c: [9, 4], table: [40, 3] } as const;
type Name = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as Name[];
type Model = Readonly<Record<Name, Variable>>;

/** The variables of a program: those of the first, or the same as they are when it stops. */
function model(named: boolean, from?: Model): Model {
  const random = new Random(5);
  const entries = NAMES.map((name) => {
    const shape = SHAPES[name];
    const start = random.normals(shape.reduce((x, y) => x * y, 1));
    return [name, new Variable(from?.[name].data.slice() ?? start, named ? { name, shape } : { shape })];
  });
  return Object.fromEntries(entries);
}

/** One step of some variables, by gradients that depend on the step and on where the variables are. */
function step(optimizer: Optimizer, variables: Model, k: number, names: readonly Name[] = NAMES): void {
  const pairs = names.map((name, i): [Gradient, Variable] => {
    const random = new Random(100 * k + i + 1);
    const p = variables[name];
    if (name !== 'table') return [p.data.map((x) => x + random.normal()), p];
    const rows = [3, 39, random.below(40), 3];
    return [new IndexedSlices(random.normals(12), rows), p];
  });
  optimizer.applyGradients(pairs);
}

interface Program {
  /** Whether variables have names. */
  readonly named: boolean;
  /** Step k of the program; both halves call it. */
  step(optimizer: Optimizer, variables: Model, k: number): void;
  /** What comes before the first step. */
  begin?(optimizer: Optimizer, variables: Model): void;
  /** How the second half makes slots before it sets them. Default: all variables, in their order. */
  build?(optimizer: Optimizer, variables: Model): void;
}

const all = ({ a, b, c, table }: Model) => [a, b, c, table];

const PROGRAMS: Readonly<Record<string, Program>> = {
  'the same order': { named: true, step },
  'the same order, without names': { named: false, step },
  'another build order': {
    named: true,
    step,
    build: (optimizer, { a, b, c, table }) => optimizer.build([table, b, c, a]),
  },
  'built one by one, in another order': {
    named: true,
    step,
    build: (optimizer, variables) => {
      for (const variable of all(variables).reverse()) optimizer.build([variable]);
    },
  },
  'a variable that joined late': {
    named: true,
    step: (optimizer, variables, k) => step(optimizer, variables, k, k < 3 ? ['b', 'c', 'table'] : NAMES),
  },
  'variables that joined late, without names': {
    named: false,
    step: (optimizer, variables, k) => step(optimizer, variables, k, k < 3 ? ['a', 'b'] : NAMES),
  },
  'frozen from the start': {
    named: true,
    begin: (_, { b }) => {
      b.trainable = false;
    },
    step: (optimizer, variables, k) => {
      if (k === 8) variables.b.trainable = true;
      step(optimizer, variables, k);
    },
  },
  'frozen for a while': {
    named: true,
    step: (optimizer, variables, k) => {
      variables.b.trainable = k < 2 || k > 7;
      step(optimizer, variables, k);
    },
  },
  'a slot of the caller before the first step': {
    named: true,
    begin: (optimizer, { c }) => optimizer.addSlot(c, 'mean').assign(c.data.map(() => 0.5)),
    step: (optimizer, variables, k) => {
      step(optimizer, variables, k);
      const mean = optimizer.getSlot<Float32Array | Uint16Array>(variables.c, 'mean');
      mean.assign(Array.from(variables.c.data, (x, i) => 0.5 * x + 0.25 * i));
    },
    build: (optimizer, variables) => {
      optimizer.build(all(variables));
      optimizer.addSlot(variables.c, 'mean');
    },
  },
  'a variable that was released': {
    named: true,
    step: (optimizer, variables, k) => {
      if (k === 4) optimizer.release([variables.a]);
      step(optimizer, variables, k, k < 4 ? NAMES : ['b', 'c', 'table']);
    },
    build: (optimizer, { b, c, table }) => optimizer.build([b, c, table]),
  },
};

const SAVED_AT = 5;
const STEPS = 11;

/** Runs a program in one go, or in two halves of which the second begins with what the first one saved. */
function run(make: () => Optimizer, program: Program, way?: (weights: NdArray[]) => readonly WeightLike[]) {
  let variables = model(program.named);
  let optimizer = make();
  program.begin?.(optimizer, variables);
  for (let k = 0; k < STEPS; k++) {
    if (way !== undefined && k === SAVED_AT) {
      const [weights, config] = [way(optimizer.getWeights()), JSON.stringify(optimizers.serialize(optimizer))];
      const was = variables;
      variables = model(program.named, was);
      variables.b.trainable = was.b.trainable;
      optimizer = optimizers.deserialize(JSON.parse(config), { Lion });
      (program.build ?? ((o, v) => o.build(all(v))))(optimizer, variables);
      optimizer.setWeights(weights);
    }
    program.step(optimizer, variables, k);
  }
  return { optimizer, variables };
}

onEveryImplementation('a run that is resumed has the bits of one that was not interrupted', () => {
  for (const [rule, make] of RULES) {
    for (const [title, program] of Object.entries(PROGRAMS)) {
      it(`${rule}: ${title}`, () => {
        const whole = run(make, program);
        for (const way of Object.values(WAYS)) {
          const resumed = run(make, program, way);
          for (const name of NAMES) expectSameBits(resumed.variables[name].data, whole.variables[name].data, name);
          expect(byName(resumed.optimizer)).to.deep.equal(byName(whole.optimizer));
        }
      });
    }
  }
});
