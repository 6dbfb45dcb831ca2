import { replicaError } from '../../arguments/errors.js';
import type { Collective, Exchange } from './collective.js';

/** What replicas do together, written once and done at once or off the event loop: it hands out what to exchange next. */
export type Exchanges<T> = Generator<readonly Exchange[], T, void>;

/** Blocks until all is exchanged. */
export function atOnce<T>(collective: Collective, exchanges: Exchanges<T>): T {
  for (let step = exchanges.next(); ; step = exchanges.next()) {
    if (step.done) return step.value;
    collective.run(step.value);
  }
}

/** What comes before the first exchange is done before this returns. */
export async function later<T>(collective: Collective, exchanges: Exchanges<T>): Promise<T> {
  for (let step = exchanges.next(); ; step = exchanges.next()) {
    if (step.done) return step.value;
    await collective.runAsync(step.value);
  }
}

/**
 * What follows an agreement, and fails in no replica unless in all: where it fails here nevertheless, this replica does
 * not go on, since the others would take its next numbers for those they wait for.
 * @param task - what messages call it
 */
export function* agreed<T>(collective: Collective, task: string, exchanges: Exchanges<T>): Exchanges<T> {
  try {
    return yield* exchanges;
  } catch (error) {
    abandon(collective, task, error);
    throw error;
  }
}

/** Has this replica exchange nothing any more, since `error` ended what all had agreed to do. */
export function abandon(collective: Collective, task: string, error?: unknown): void {
  const received = `an error in replica ${collective.rank} in the middle of it`;
  collective.abandon(
    replicaError(`${task} must be done by every replica once all have begun it: received ${received}`, error),
  );
}
