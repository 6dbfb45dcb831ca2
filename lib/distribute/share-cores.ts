import { shareThreads } from '../backend/choose-backend.js';

/**
 * Lets steps of this thread use its part of the cores only: each of `local` replicas would use all of them, and two
 * threads on one core take turns. Where `setThreads` or `ADAMAX_THREADS` has said how many threads steps use, that
 * stays.
 * @param local - how many of the replicas share the cores of this machine, this one included
 */
export function shareCores(local: number): void {
  shareThreads(local);
}
