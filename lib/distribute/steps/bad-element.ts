import { type BadElement, elementOf, type NonFiniteGuard } from '../../step/non-finite.js';
import { Rows, type StepGradient } from '../../variables/gradient.js';
import { evenBorders, ranks } from '../agreement.js';
import type { Borders, Collective } from '../collective/collective.js';
import type { Exchanges } from '../collective/exchanges.js';
import { bytesOf } from './slices.js';

/**
 * The first element of a summed gradient that is not finite, in every replica: of a stretch that another steps, only that
 * one has the sum, and tells which element it is.
 * @param borders - who has which stretch; null where everybody has all of it
 */
export function* badElement(
  { rank, size }: Collective,
  guard: NonFiniteGuard,
  gradient: StepGradient,
  borders: Borders | null,
): Exchanges<BadElement | null> {
  if (borders === null || gradient instanceof Rows) return guard.isToldOf ? elementOf(gradient, null) : null;
  const own = guard.isToldOf ? elementOf(gradient, { begin: borders[rank], end: borders[rank + 1] }) : null;
  const all = new Float64Array(2 * size);
  all.set(own === null ? [-1, 0] : [own.index, own.value], 2 * rank);
  yield [{ kind: 'gather', bytes: bytesOf(all), borders: evenBorders(size, 16) }];
  const first = ranks(size).find((r) => all[2 * r] >= 0);
  return first === undefined ? null : { index: all[2 * first], value: all[2 * first + 1] };
}
