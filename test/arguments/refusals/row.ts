import { type Adagrad, Adamax, IndexedSlices, type RMSprop, type SGD, Variable } from 'adamax';
import { f32 } from '../../support/data.js';
import type { Refused } from './values.js';

/** Everything that one refused call might have touched. */
export class World {
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

export type Row = [
  member: string,
  argument: string,
  call: (world: World, bad: never) => unknown,
  refused: readonly Refused[],
  named?: RegExp,
];

export const options = (Class: new (options: never) => unknown, name: string, refused: readonly Refused[]): Row => [
  `new ${Class.name}`,
  name,
  (_, bad) => new Class({ [name]: bad } as never),
  refused,
];

/** A property of an optimizer of some class that has one of its own. */
export const setter = (
  Class: typeof Adagrad | typeof RMSprop | typeof SGD,
  name: string,
  refused: readonly Refused[],
): Row => [
  Class.name.toLowerCase(),
  name,
  (_, bad) => {
    Object.assign(new Class(), { [name]: bad });
  },
  refused,
];

export const attribute = (
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
