import type { Optimizer } from 'adamax';

/** Everything that a failed step must leave as it was. */
export function snapshot(optimizer: Optimizer, ...arrays: Float32Array[]): string {
  const weights = optimizer
    .getWeights()
    .map(({ shape, data }) => [shape, Array.from(data as ArrayLike<unknown>, String)]);
  return JSON.stringify([weights, optimizer.getSlotNames(), arrays.map((array) => Array.from(array, String))]);
}
