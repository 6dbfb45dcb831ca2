import { Adamax, initializers, optimizers, SGD, schedules } from 'adamax';
import type { Row } from './row.js';
import { NO_STRINGS, other, type, value } from './values.js';

/** From names and configs to objects and back. */
export const REGISTRIES: Row[] = [
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
