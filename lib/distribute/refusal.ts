import type { Failure } from '../step/outcome.js';
import { agree } from './agreement.js';
import { later } from './collective/exchanges.js';
import type { Group } from './group.js';

/**
 * Refuses a call that blocks where something is under way off the event loop. Others may be done with that, and have
 * come to the same call: they hear of it in its turn.
 * @param failure - what ended the call before that, for the others to hear instead
 * @throws TypeError `ERR_ADAMAX_BUSY`
 */
export function checkTurn(group: Group, task: string, failure: Failure | null = null): void {
  try {
    group.turns.check(task);
  } catch (error) {
    // What code of the user calls from within another call is the same in all replicas: nobody waits for that.
    if (group.turns.isUnderWay) tellLater(group, task, failure?.error ?? error);
    throw error;
  }
}

/**
 * Lets the others know, in the turn of a call, that this replica has refused it.
 * @throws `error` where all have; else Error `ERR_ADAMAX_REPLICA`
 */
export async function tell({ collective, turns }: Group, task: string, error: unknown): Promise<void> {
  await turns.take();
  try {
    await later(collective, agree(collective, { task, claims: [] }, { error }));
  } finally {
    turns.end();
  }
}

/** The same, for a call that throws at once. */
export function tellLater(group: Group, task: string, error: unknown): void {
  // The call itself says what is wrong.
  tell(group, task, error).catch(() => {});
}
