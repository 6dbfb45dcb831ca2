import { IndexedSlices, Variable } from 'adamax';
import { f32 } from '../../support/data.js';
import type { Row } from './row.js';
import {
  A_CLASS,
  butNull,
  NO_BOOLEANS,
  NO_ENGINES,
  NO_FUNCTIONS,
  NO_ITERABLES,
  NO_OBJECTS,
  NO_STRINGS,
  NO_VARIABLES,
  other,
  type,
} from './values.js';

/** What takes steps, and what differentiates losses. */
export const STEPS: Row[] = [
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
  ['minimize', 'loss', ({ optimizer, a }, bad) => optimizer.minimize(bad, [a]), NO_FUNCTIONS],
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
    [...NO_FUNCTIONS, ...other(RangeError, 'ERR_ADAMAX_LENGTH', [], [1, 2])],
    /^gradients of loss\(\)/,
  ],
  [
    'minimize',
    'varList',
    ({ optimizer }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), bad),
    [...NO_ITERABLES, ...A_CLASS, ...type([1], [null])],
  ],
  [
    'minimize',
    'minimize',
    ({ optimizer, a }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), [a], bad),
    [...NO_OBJECTS, ...other(TypeError, 'ERR_ADAMAX_OPTION', { tape: 1 })],
  ],
  ...(['getGradients', 'getUpdates'] as const).flatMap((member): Row[] => [
    [member, 'loss', ({ optimizer, a }, bad) => optimizer[member](bad, [a]), NO_FUNCTIONS],
    [
      member,
      'varList',
      ({ optimizer }, bad) => optimizer[member](() => ({ gradients: [[1, 1]] }), bad),
      [...NO_ITERABLES, ...A_CLASS, ...type([1], [null])],
    ],
    [
      member,
      'gradient',
      ({ optimizer, a }, bad) => optimizer[member](() => ({ gradients: [bad] }), [a]),
      other(RangeError, 'ERR_ADAMAX_NO_GRADIENTS', null, undefined),
    ],
  ]),
  [
    'minimize',
    'engine',
    ({ optimizer, a }, bad) => optimizer.minimize(() => ({ gradients: [[1, 1]] }), [a], { engine: bad }),
    NO_ENGINES,
  ],
  ...(['getGradients', 'getUpdates'] as const).map(
    (member): Row => [
      member,
      'engine',
      ({ optimizer, a }, bad) => optimizer[member](() => ({ gradients: [[1, 1]] }), [a], { engine: bad }),
      NO_ENGINES,
    ],
  ),
];
