/**
 * What a thread that is started as a replica is handed. It goes by the environment data of Node, which a thread gets a
 * copy of when it is constructed, so that the `workerData` of the user stays what it is.
 */
import { CONTROL } from './control.js';

const KEY = 'adamax/replica';

/** One for each replica: all share the memory. */
export interface Handover {
  /** Among the replicas of this launch. */
  readonly rank: number;
  readonly replicas: number;
  readonly timeoutSeconds: number;
  /** Of `CONTROL.length(replicas)` elements, on shared memory. */
  readonly control: Int32Array;
  /** See staging.ts. */
  readonly staging: SharedArrayBuffer;
}

/** Not imported, as lib/memory/node-modules.ts says, and not loaded where nobody asks for threads. */
export const workerThreads = () => process.getBuiltinModule('node:worker_threads');

type Worker = InstanceType<ReturnType<typeof workerThreads>['Worker']>;

/** @param start - constructs the thread */
export function handOver(handover: Handover, start: () => Worker): Worker {
  const { getEnvironmentData, setEnvironmentData } = workerThreads();
  const before = getEnvironmentData(KEY);
  setEnvironmentData(KEY, handover as never);
  try {
    const worker = start();
    const place = CONTROL.threadOf(handover.rank);
    Atomics.store(handover.control, place, worker.threadId);
    Atomics.notify(handover.control, place);
    return worker;
  } finally {
    // A replica that launches others keeps what it was handed itself.
    setEnvironmentData(KEY, before);
  }
}

/**
 * What this thread was handed; null where it was not launched. A thread that a replica starts by itself has a copy of
 * what that was handed, and is no replica.
 */
export function handedOver(): Handover | null {
  const { getEnvironmentData, threadId } = workerThreads();
  const handover = getEnvironmentData(KEY) as unknown as Handover | undefined;
  if (handover === undefined) return null;
  const { control, rank } = handover;
  // A thread may be here before its constructor has told the launching one what its number is.
  const place = CONTROL.threadOf(rank);
  Atomics.wait(control, place, 0, 1000);
  return Atomics.load(control, place) === threadId ? handover : null;
}
