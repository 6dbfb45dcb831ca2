import { type BadElement, elementOf, type NonFiniteGuard } from '../../step/non-finite.js';
import { Rows, type StepGradient } from '../../variables/gradient.js';
import { ranks } from '../agreement.js';
import type { Borders, Collective } from '../collective/collective.js';
import type { Exchanges } from '../collective/exchanges.js';
import { gatherNumbers } from '../collective/gather-numbers.js';

/**
 * The first element of a summed gradient that is not finite, in every replica: of a stretch that another steps, only that
 * one has the sum, and tells which element it is.
 * @param borders - who has which stretch; null where everybody has all of it
 */
export function* badElement(
  collective: Collective,
  guard: NonFiniteGuard,
  gradient: StepGradient,
  borders: Borders | null,
): Exchanges<BadElement | null> {
  const { rank, size } = collective;
  if (borders === null || gradient instanceof Rows) return guard.isToldOf ? elementOf(gradient, null) : null;
  const own = guard.isToldOf ? elementOf(gradient, { begin: borders[rank], end: borders[rank + 1] }) : null;
  const all = yield* gatherNumbers(collective, own === null ? [-1, 0] : [own.index, own.value]);
  const first = ranks(size).find((r) => all[2 * r] >= 0);
  return first === undefined ? null : { index: all[2 * first], value: all[2 * first + 1] };
}
