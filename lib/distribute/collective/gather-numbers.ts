import type { Borders, Collective } from './collective.js';
import type { Exchanges } from './exchanges.js';

/** Where each replica has as much as any other. */
export function evenBorders(size: number, each: number): Borders {
  return Array.from({ length: size + 1 }, (_, r) => r * each);
}

/** As many numbers of each replica, one replica's behind another's. */
export function* gatherNumbers(
  { rank, size }: Pick<Collective, 'rank' | 'size'>,
  own: ArrayLike<number>,
): Exchanges<Float64Array> {
  const numbers = new Float64Array(size * own.length);
  numbers.set(own, rank * own.length);
  yield [{ kind: 'gather', bytes: new Uint8Array(numbers.buffer), borders: evenBorders(size, own.length * 8) }];
  return numbers;
}
