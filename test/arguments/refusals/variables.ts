import { IndexedSlices, Variable } from 'adamax';
import { f32 } from '../../support/data.js';
import type { Row } from './row.js';
import { A_CLASS, butNull, NO_BOOLEANS, NO_OBJECTS, NO_STRINGS, other, type } from './values.js';

/** Variables and sparse gradients. */
export const VARIABLES: Row[] = [
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
  [
    'new Variable',
    'constraint',
    (_, bad) => new Variable(f32(1), { constraint: bad }),
    [...A_CLASS, ...type(1, 'nonNeg', {})],
  ],
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
  [
    'variable',
    'trainable',
    ({ a }, bad) => {
      a.trainable = bad;
    },
    NO_BOOLEANS,
  ],
  [
    'rebind',
    'data',
    ({ a }, bad) => a.rebind(bad),
    [
      ...type(undefined, null, 1, [1, 2], new Float64Array(2)),
      ...other(RangeError, 'ERR_ADAMAX_LENGTH', f32(1), f32()),
    ],
  ],
];
