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
