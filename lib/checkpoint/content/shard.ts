import type { Stretch } from '../../backend/stretch.js';
import { statesOf, stepperOf } from '../../optimizers/optimizer-state.js';
import type { Replication } from '../../step/replication.js';
import type { Variable } from '../../variables/variable.js';
import type { Part } from './content.js';

/** The elements of a slot that this replica keeps, where each replica keeps others. */
export interface Shard extends Stretch {
  readonly owner: Variable;
  readonly replication: Replication;
}

/**
 * What this replica keeps of a weight, where that is not all of it. Slots that a caller adds under names of his own are
 * whole in every replica.
 * @param owner - of a slot; null for what is the optimizer's own
 */
export function shardOf({ optimizer }: Part, owner: Variable | null, kind: string): Shard | null {
  const replication = stepperOf(optimizer).hooks?.replication;
  if (replication === undefined || owner === null || !statesOf(optimizer).isOfRule(kind)) return null;
  const stretch = replication.shardOf(owner);
  return stretch === null ? null : { begin: stretch.begin, end: stretch.end, owner, replication };
}
