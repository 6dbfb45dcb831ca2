/** What an optimizer of one large variable takes in each replica. */
import type { Collective } from '#internals';
import type { MemoryTask } from './task.js';
import { gradientOf, StrategyOn, trainingOf } from './trainings.js';

/** Bytes that came to be resident with slots and a first step, and sums; without the variable and its gradient. */
export function memory(collective: Collective, { elements, shardState, sums }: MemoryTask): number {
  const gradient = gradientOf(elements, sums ? collective.rank : 0);
  const strategy = new StrategyOn(collective, shardState);
  const { optimizer, variable } = trainingOf(strategy, gradient);
  // The first digest of what variables begin with, and code that comes with a first step, are left out.
  const small = trainingOf(strategy, gradient.subarray(0, 2 ** 18));
  small.step();
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  optimizer.applyGradients([[gradient, variable]], { experimentalAggregateGradients: sums });
  globalThis.gc?.();
  return process.memoryUsage.rss() - before;
}
