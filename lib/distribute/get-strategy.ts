import { alone } from './collective/alone.js';
import { surrounding } from './current.js';
import { type ReplicaContext, Strategy } from './strategy.js';

class DefaultStrategy extends Strategy {
  constructor() {
    super(alone(), false);
  }
}

let byDefault: Strategy | null = null;

/** The strategy whose scope this code runs in; outside of any, one of a single replica that changes nothing. */
export function getStrategy(): Strategy {
  const current = surrounding() as Strategy | undefined;
  if (current !== undefined) return current;
  byDefault ??= new DefaultStrategy();
  return byDefault;
}

/** Whether this code runs in the scope of a strategy. */
export function hasStrategy(): boolean {
  return surrounding() !== undefined;
}

/** The replica that this code runs in: of `getStrategy()`. */
export function getReplicaContext(): ReplicaContext {
  return getStrategy().replicaContext;
}
