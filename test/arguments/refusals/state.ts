import { Adamax } from 'adamax';
import { f32 } from '../../support/data.js';
import type { Row } from './row.js';
import {
  A_CLASS,
  butNull,
  NO_BOOLEANS,
  NO_ITERABLES,
  NO_OBJECTS,
  NO_STRINGS,
  NO_VARIABLES,
  other,
  type Refused,
  type,
  value,
} from './values.js';

/** What deals with the state of an optimizer, and with its config. */
export const STATE: Row[] = [
  ['build', 'varList', ({ optimizer }, bad) => optimizer.build(bad), [...NO_ITERABLES, ...type([1], [null], [{}])]],
  ['addSlot', 'variable', ({ optimizer }, bad) => optimizer.addSlot(bad, 'x'), NO_VARIABLES],
  ['addSlot', 'slotName', ({ optimizer, a }, bad) => optimizer.addSlot(a, bad), NO_STRINGS],
  [
    'addSlot',
    'initializer',
    ({ optimizer, a }, bad) => optimizer.addSlot(a, 'x', bad),
    [
      ...A_CLASS,
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
    'release',
    'variables',
    ({ optimizer }, bad) => optimizer.release(bad),
    [...NO_ITERABLES, ...type([1], [null], [{}])],
  ],
];
