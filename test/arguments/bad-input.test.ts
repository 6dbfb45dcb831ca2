import {
  Adagrad,
  Adamax,
  type ErrorCode,
  IndexedSlices,
  initializers,
  optimizers,
  RMSprop,
  SGD,
  schedules,
  Variable,
} from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';

/**
 * Each argument of each public member, with what it must refuse: the error's class, its code, that the message names
 * the argument and ends in what was received, and that nothing was written. The bare kernels have a table of their own
 * in test/kernels/arguments.test.ts.
 */

type ErrorClass = typeof TypeError | typeof RangeError;
type Refused = readonly [value: unknown, type: ErrorClass, code: ErrorCode];

const type = (...values: unknown[]) => values.map((value): Refused => [value, TypeError, 'ERR_ADAMAX_ARG_TYPE']);
const value = (...values: unknown[]) => values.map((bad): Refused => [bad, RangeError, 'ERR_ADAMAX_ARG_VALUE']);
const other = (errorType: ErrorClass, code: ErrorCode, ...values: unknown[]) =>
  values.map((bad): Refused => [bad, errorType, code]);

const NO_NUMBERS = type('1', null, true, {}, [], 1n);
const NO_FINITE = value(NaN, Infinity, -Infinity);
const NO_OBJECTS = type(null, 1, 'x', []);
const NO_STRINGS = type(1, null, {}, Symbol('s'));
const NO_BOOLEANS = type(0, 'true', null, {});
const NO_VARIABLES = type(undefined, null, 1, 'w', {}, [1, 2], new Float64Array(2), new BigInt64Array(2));
const NO_ITERABLES = type(undefined, null, 1, {});

const noNonNegative = [...NO_NUMBERS, ...NO_FINITE, ...value(-1, -1e-300)];
const noClip = [...type('1', true, {}, []), ...NO_FINITE, ...value(-1)];
const noRate = [...NO_NUMBERS, ...NO_FINITE];
const noBeta = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1, 2)];
const noMomentum = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1.1)];
const noAccumulator = [...NO_NUMBERS, ...NO_FINITE, ...value(-0.1, 1e39)];
const noEpsilon = [...NO_NUMBERS, ...NO_FINITE, ...value(0, -1e-7, 1e-50, 1e39)];

/** Python's `None`, which stands for the default there. */
const butNull = (refused: readonly Refused[]) => refused.filter(([bad]) => bad !== null);

/** Everything that one refused call might have touched. */
class World {
  readonly a = new Variable(f32(1, 2), { name: 'a' });
  readonly table = new Variable(f32(1, 2, 3, 4), { name: 'table', shape: [2, 2] });
  readonly optimizer = new Adamax();

  constructor() {
    this.optimizer.applyGradients([
      [[1, -1], this.a],
      [new IndexedSlices(f32(1, 2), [1]), this.table],
    ]);
  }

  get gradient(): Float32Array {
    return f32(0.5, 0.5);
  }

  snapshot(): string {
    const { a, table, optimizer } = this;
    const arrays = [a.data, table.data, ...optimizer.weights.map(({ data }) => data)];
    return JSON.stringify([
      arrays.map((data) => Array.from(data as ArrayLike<unknown>, String)),
      optimizer.getConfig(),
      optimizer.getSlotNames(),
    ]);
  }
}

type Row = [
  member: string,
  argument: string,
  call: (world: World, bad: never) => unknown,
  refused: readonly Refused[],
  named?: RegExp,
];

const options = (Class: new (options: never) => unknown, name: string, refused: readonly Refused[]): Row => [
  `new ${Class.name}`,
  name,
  (_, bad) => new Class({ [name]: bad } as never),
  refused,
];

const attribute = (
  name:
    | 'learningRate'
    | 'lr'
    | 'decay'
    | 'beta1'
    | 'beta2'
    | 'epsilon'
    | 'clipnorm'
    | 'clipvalue'
    | 'nonFinite'
    | 'iterations',
  refused: readonly Refused[],
): Row =>
  [
    'adamax',
    name,
    ({ optimizer }, bad) => {
      optimizer[name] = bad;
    },
    refused,
    name === 'lr' ? /^learningRate/ : undefined,
  ] as Row;

const TABLE: Row[] = [
  options(Adamax, 'learningRate', noRate),
  options(Adamax, 'lr', butNull(noNonNegative)),
  options(Adamax, 'decay', butNull(noNonNegative)),
  options(Adamax, 'beta1', noBeta),
  options(Adamax, 'beta2', noBeta),
  options(Adamax, 'epsilon', butNull(noEpsilon)),
  options(Adamax, 'clipnorm', noClip),
  options(Adamax, 'clipvalue', noClip),
  options(Adamax, 'slotDtype', [...NO_STRINGS, ...value('float16', 'bfloat', '')]),
  options(Adamax, 'nonFinite', [...NO_STRINGS, ...value('ignore', 'Throw', '')]),
  options(Adamax, 'name', butNull(NO_STRINGS)),
  ...[Adagrad, Adamax, SGD, RMSprop].map(
    (Class): Row => [
      `new ${Class.name}`,
      Class.name,
      (_, bad) => new Class(bad),
      [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { beta: 1 }, { learning_rate: 1 })],
    ],
  ),
  options(Adagrad, 'learningRate', noRate),
  options(Adagrad, 'initialAccumulatorValue', noAccumulator),
  options(Adagrad, 'epsilon', butNull(noEpsilon)),
  options(SGD, 'learningRate', noRate),
  options(SGD, 'momentum', noMomentum),
  options(SGD, 'nesterov', NO_BOOLEANS),
  options(RMSprop, 'rho', noBeta),
  options(RMSprop, 'momentum', noMomentum),
  options(RMSprop, 'epsilon', butNull(noEpsilon)),
  options(RMSprop, 'centered', NO_BOOLEANS),

  attribute('learningRate', noRate),
  attribute('lr', noRate),
  attribute('decay', noNonNegative),
  attribute('beta1', noBeta),
  attribute('beta2', noBeta),
  attribute('epsilon', noEpsilon),
  attribute('clipnorm', noClip),
  attribute('clipvalue', noClip),
  attribute('nonFinite', [...type(undefined), ...NO_STRINGS, ...value('ignore', '')]),
  attribute('iterations', [
    ...type(1, null, 1n, new BigInt64Array(1), new Variable(f32(1))),
    ...other(TypeError, 'ERR_ADAMAX_STATE', new Variable(BigInt64Array.of(0n))),
  ]),

  [
    'applyGradients',
    'gradsAndVars',
    ({ optimizer }, bad) => optimizer.applyGradients(bad),
    [...NO_ITERABLES, ...type([1], [null], [[]], [[f32(1)]], [[f32(1), f32(1), f32(1)]], ['ab'], new Set([1]))],
  ],
  [
    'applyGradients',
    'gradient',
    ({ optimizer, a }, bad) => optimizer.applyGradients([[bad, a]]),
    [
      ...type(
        1,
        '1',
        {},
        true,
        new Float64Array(2),
        new Int32Array(2),
        ['1', '2'],
        [[1], [2]],
        new Variable(BigInt64Array.of(1n, 2n)),
      ),
      ...other(RangeError, 'ERR_ADAMAX_LENGTH', f32(1), f32(1, 2, 3), f32()),
      ...other(
        RangeError,
        'ERR_ADAMAX_SHAPE',
        [1, 2, 3],
        [],
        new Variable(f32(1, 2, 3)),
        new IndexedSlices(f32(1), [0], [3]),
      ),
      ...other(
        RangeError,
        'ERR_ADAMAX_INDEX',
        new IndexedSlices(f32(1), [2]),
        new IndexedSlices(f32(1, 1), Int32Array.of(0, -1)),
      ),
      ...other(RangeError, 'ERR_ADAMAX_LENGTH', new IndexedSlices(f32(1, 2), [0])),
      ...other(RangeError, 'ERR_ADAMAX_NO_GRADIENTS', null, undefined),
    ],
    /^grad/,
  ],
  [
    'applyGradients',
    'variable',
    ({ optimizer, gradient }, bad) => optimizer.applyGradients([[gradient, bad]]),
    NO_VARIABLES,
    /^gradsAndVars\[0\]\[1\]/,
  ],
  [
    'applyGradients',
    'applyGradients',
    ({ optimizer, a, gradient }, bad) => optimizer.applyGradients([[gradient, a]], bad),
    [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { nam: 1 })],
  ],
  [
    'applyGradients',
    'name',
    ({ optimizer, a, gradient }, bad) => optimizer.applyGradients([[gradient, a]], { name: bad }),
    butNull(NO_STRINGS),
  ],
  [
    'applyGradients',
    'experimentalAggregateGradients',
    ({ optimizer, a, gradient }, bad) =>
      optimizer.applyGradients([[gradient, a]], { experimentalAggregateGradients: bad }),
    NO_BOOLEANS,
  ],
  [
    'minimize',
    'name',
    ({ optimizer, a }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), [a], { name: bad }),
    butNull(NO_STRINGS),
  ],
  ['minimize', 'loss', ({ optimizer, a }, bad) => optimizer.minimize(bad, [a]), type(undefined, null, 1, 'x', {})],
  [
    'minimize',
    'loss()',
    ({ optimizer, a }, bad) => optimizer.minimize(() => bad, [a]),
    type(undefined, null, 1, 'x', {}),
    /^loss\(\)/,
  ],
  [
    'minimize',
    'gradients',
    ({ optimizer, a }, bad) => optimizer.minimize(() => ({ gradients: bad }), [a]),
    [...type(undefined, null, 1, 'x', {}), ...other(RangeError, 'ERR_ADAMAX_LENGTH', [], [1, 2])],
    /^gradients of loss\(\)/,
  ],
  [
    'minimize',
    'varList',
    ({ optimizer }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), bad),
    [...NO_ITERABLES, ...type([1], [null])],
  ],
  [
    'minimize',
    'minimize',
    ({ optimizer, a }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), [a], bad),
    [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { tape: 1 })],
  ],
  ...(['getGradients', 'getUpdates'] as const).flatMap((member): Row[] => [
    [member, 'loss', ({ optimizer, a }, bad) => optimizer[member](bad, [a]), type(undefined, null, 1, 'x', {})],
    [
      member,
      'varList',
      ({ optimizer }, bad) => optimizer[member](() => ({ gradients: [[1, 1]] }), bad),
      [...NO_ITERABLES, ...type([1], [null])],
    ],
    [
      member,
      'gradient',
      ({ optimizer, a }, bad) => optimizer[member](() => ({ gradients: [bad] }), [a]),
      other(RangeError, 'ERR_ADAMAX_NO_GRADIENTS', null, undefined),
    ],
  ]),
  ['build', 'varList', ({ optimizer }, bad) => optimizer.build(bad), [...NO_ITERABLES, ...type([1], [null], [{}])]],
  ['addSlot', 'variable', ({ optimizer }, bad) => optimizer.addSlot(bad, 'x'), NO_VARIABLES],
  ['addSlot', 'slotName', ({ optimizer, a }, bad) => optimizer.addSlot(a, bad), NO_STRINGS],
  [
    'addSlot',
    'initializer',
    ({ optimizer, a }, bad) => optimizer.addSlot(a, 'x', bad),
    [
      ...type(null, true, () => 'x', [1, 'x']),
      ...value('nonsense'),
      ...other(RangeError, 'ERR_ADAMAX_LENGTH', [1], f32(1), () => [1]),
    ],
  ],
  ['getSlot', 'variable', ({ optimizer }, bad) => optimizer.getSlot(bad, 'm'), NO_VARIABLES],
  [
    'getSlot',
    'slotName',
    ({ optimizer, a }, bad) => optimizer.getSlot(a, bad),
    other(RangeError, 'ERR_ADAMAX_SLOT', 'x', '', undefined, 1),
  ],
  ['addWeight', 'name', ({ optimizer }, bad) => optimizer.addWeight(bad, [1]), NO_STRINGS],
  [
    'addWeight',
    'shape',
    ({ optimizer }, bad) => optimizer.addWeight('w', bad),
    [...type(undefined, null, 1, 'x', {}), ...other(RangeError, 'ERR_ADAMAX_SHAPE', [-1], [0.5], ['1'], [NaN])],
  ],
  [
    'addWeight',
    'addWeight',
    ({ optimizer }, bad) => optimizer.addWeight('w', [1], bad),
    [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { x: 1 })],
  ],
  ...(
    [
      ['dtype', [...type(1, {}), ...value('float16', '')]],
      ['synchronization', [...type(1, null), ...value('x')]],
      ['aggregation', [...type(1, null), ...value('x')]],
      ['trainable', butNull(NO_BOOLEANS)],
      ['saved', NO_BOOLEANS],
      ['initializer', [...type(null, true), ...value('x')]],
    ] as [string, Refused[]][]
  ).map(
    ([name, refused]): Row => [
      'addWeight',
      name,
      ({ optimizer }, bad) => optimizer.addWeight('w', [1], { [name]: bad }),
      refused,
    ],
  ),
  [
    'setWeights',
    'weights',
    ({ optimizer }, bad) => optimizer.setWeights(bad),
    [...type(undefined, null, 1, 'x', {}), ...other(RangeError, 'ERR_ADAMAX_WEIGHTS', [], [1])],
  ],
  ['setWeights', 'setWeights', ({ optimizer }, bad) => optimizer.setWeights([], bad), NO_OBJECTS],
  ['setWeights', 'partial', ({ optimizer }, bad) => optimizer.setWeights([], { partial: bad }), NO_BOOLEANS],
  [
    'fromConfig',
    'config',
    (_, bad) => Adamax.fromConfig(bad),
    [
      ...type(undefined, null, 1, 'x', []),
      ...other(TypeError, 'ERR_ADAMAX_OPTION', { x: 1 }, { learningRate: 1 }, { weight_decay: 0.1 }, { use_ema: true }),
    ],
  ],
  [
    'fromConfig',
    'config.learning_rate',
    (_, bad) => Adamax.fromConfig({ learning_rate: bad }),
    [...other(RangeError, 'ERR_ADAMAX_CONFIG', { class_name: 'NoSuchDecay', config: {} }), ...type({}, [])],
    /^(config|learningRate)/,
  ],
  ['fromConfig', 'customObjects', (_, bad) => Adamax.fromConfig({}, bad), type(1, 'x')],

  [
    'new Variable',
    'data',
    (_, bad) => new Variable(bad),
    type(undefined, null, 1, 'x', {}, [1], new Float64Array(1), new ArrayBuffer(4)),
  ],
  [
    'new Variable',
    'shape',
    (_, bad) => new Variable(f32(1, 2), { shape: bad }),
    [...type(1, 'x', {}), ...other(RangeError, 'ERR_ADAMAX_SHAPE', [3], [], [-2, -1], [2, 0.5], ['2'])],
  ],
  ['new Variable', 'name', (_, bad) => new Variable(f32(1), { name: bad }), butNull(NO_STRINGS)],
  ['new Variable', 'trainable', (_, bad) => new Variable(f32(1), { trainable: bad }), butNull(NO_BOOLEANS)],
  ['new Variable', 'constraint', (_, bad) => new Variable(f32(1), { constraint: bad }), type(1, 'nonNeg', {})],
  [
    'new Variable',
    'Variable',
    (_, bad) => new Variable(f32(1), bad),
    [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { dtype: 'float32' })],
  ],
  [
    'assign',
    'values',
    ({ a }, bad) => a.assign(bad),
    [
      ...type(undefined, null, {}, ['1', '2'], [1, null]),
      ...other(RangeError, 'ERR_ADAMAX_LENGTH', 1, [], [1], f32(1, 2, 3)),
    ],
  ],
  [
    'new IndexedSlices',
    'values',
    (_, bad) => new IndexedSlices(bad, [0]),
    type(undefined, null, [1], new Float64Array(1)),
  ],
  [
    'new IndexedSlices',
    'indices',
    (_, bad) => new IndexedSlices(f32(1), bad),
    [
      ...type(undefined, null, 0, {}, f32(0), new Int16Array(1), new BigUint64Array(1), ['0'], [0n]),
      ...other(RangeError, 'ERR_ADAMAX_INDEX', [-1], [0.5], [NaN], [2 ** 32]),
    ],
  ],
  [
    'new IndexedSlices',
    'denseShape',
    (_, bad) => new IndexedSlices(f32(1), [0], bad),
    [...type(1, 'x', {}), ...other(RangeError, 'ERR_ADAMAX_SHAPE', [-1], [0.5])],
  ],

  ['optimizers.get', 'identifier', (_, bad) => optimizers.get(bad), type(undefined, null, 0, true)],
  [
    'optimizers.get',
    'class_name',
    (_, bad) => optimizers.get(bad),
    other(RangeError, 'ERR_ADAMAX_CONFIG', 'adam', { class_name: 'Adam', config: {} }),
    /^config\.class_name/,
  ],
  [
    'optimizers.deserialize',
    'config',
    (_, bad) => optimizers.deserialize(bad),
    [
      ...type(undefined, null, 1, [], {}, { class_name: 1 }),
      ...other(TypeError, 'ERR_ADAMAX_OPTION', { class_name: 'SGD', config: {}, x: 1 }),
    ],
  ],
  ['optimizers.serialize', 'optimizer', (_, bad) => optimizers.serialize(bad), type(undefined, null, 1, {}, Adamax)],
  ['optimizers.register', 'name', (_, bad) => optimizers.register(bad, SGD), NO_STRINGS],
  [
    'optimizers.register',
    'optimizer',
    (_, bad) => optimizers.register('x', bad),
    type(undefined, null, 1, {}, class {}, new SGD()),
  ],
  ['schedules.serialize', 'schedule', (_, bad) => schedules.serialize(bad), type(undefined, null, 1, {})],
  ['schedules.deserialize', 'config', (_, bad) => schedules.deserialize(bad), type(undefined, null, 1, [], {})],
  [
    'initializers.get',
    'identifier',
    (_, bad) => initializers.get(bad),
    [...type(undefined, null, 1, true), ...value('nonsense')],
  ],
];

describe('bad input', () => {
  for (const [member, argument, call, refused, named] of TABLE) {
    // An object of options is named by the member that takes it.
    const what = member.split(' ').at(-1) === argument ? 'options' : argument;
    it(`${member} refuses ${refused.length} bad values of ${what}`, () => {
      for (const [bad, errorType, code] of refused) {
        const world = new World();
        const before = world.snapshot();
        expectError(
          () => call(world, bad as never),
          errorType,
          code,
          named ?? new RegExp(`^${argument.replace(/[[\]()]/g, '\\$&')}`),
        );
        expectError(() => call(world, bad as never), errorType, code, /: received .+$/s);
        expect(world.snapshot(), `${member}(${argument})`).to.equal(before);
      }
    });
  }
});
