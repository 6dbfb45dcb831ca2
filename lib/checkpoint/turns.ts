import { atOnce, inTurns, type Work } from '../files/eventually.js';
import { MemoryInUse } from '../memory/in-use.js';
import { stepperOf } from '../optimizers/optimizer-state.js';
import type { Part } from './content/content.js';

/** Runs a body while each of the optimizers has its turn. @throws TypeError `ERR_ADAMAX_BUSY` */
export function during<T>(method: string, parts: readonly Part[], body: () => T): T {
  const [first, ...others] = parts;
  if (first === undefined) return body();
  return stepperOf(first.optimizer).turn.during(method, () => during(method, others, body));
}

/** Does work at once, in the turn of each of the optimizers. */
export function workAtOnce<T>(method: string, parts: readonly Part[], work: () => Work<T>): T {
  return during(method, parts, () => atOnce(work()));
}

/** Memory that work off the event loop writes. */
export interface Used {
  readonly owner: string;
  readonly array: ArrayBufferView;
}

/** @throws TypeError `ERR_ADAMAX_BUSY` where one of the optimizers is at work */
export function checkTurns(method: string, parts: readonly Part[]): void {
  for (const { optimizer } of parts) stepperOf(optimizer).turn.check(method);
}

/**
 * Does work off the event loop that writes memory. Until its promise settles the optimizers refuse steps and all that
 * touches their state, and nobody of this package reads or writes that memory.
 * @throws TypeError `ERR_ADAMAX_BUSY` (at once)
 */
export function workInTurns<T>(
  method: string,
  parts: readonly Part[],
  memory: readonly Used[],
  work: () => Work<T>,
): Promise<T> {
  const turns = parts.map(({ optimizer }) => stepperOf(optimizer).turn);
  checkTurns(method, parts);
  const inUse = new MemoryInUse(() => true);
  inUse.hasEnd = true;
  for (const { owner, array } of memory) inUse.written.cover(`${owner}, which ${method} works on`, array);
  for (const turn of turns) {
    turn.take(method);
    turn.goAway();
  }
  inUse.begin();
  return inTurns(work()).finally(() => {
    inUse.end();
    for (const turn of turns) turn.end();
  });
}
