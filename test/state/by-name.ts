import type { Optimizer } from 'adamax';

/** All of a state to the bit, in an order that does not depend on when a slot was made. */
export function byName(optimizer: Optimizer): unknown[] {
  const sorted = optimizer.getWeights().sort((p, q) => (p.name < q.name ? -1 : 1));
  return sorted.map(({ name, dtype, shape, data }) => [name, dtype, shape, Buffer.from(data.buffer).toString('hex')]);
}
