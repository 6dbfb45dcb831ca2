import type { Collective } from './collective/collective.js';
import type { Turns } from './turns.js';

/** All replicas, and the order in which they do things. */
export interface Group {
  readonly collective: Collective;
  readonly turns: Turns;
}
