import { replicaError, typeError } from '../../../arguments/errors.js';
import { checkNumber } from '../../../arguments/ranges.js';
import { shareCores } from '../../share-cores.js';
import type { Collective, Exchange } from '../collective.js';
import { Barrier } from './barrier.js';
import { CONTROL } from './control.js';
import { type Handover, handedOver } from './handover.js';
import { HERE, type Phases, type Place, phasesOf } from './phases.js';
import { Queue } from './queue.js';
import { Staging } from './staging.js';
import { timeLimit } from './time-limit.js';

export interface WorkersOptions {
  /**
   * Seconds that a replica waits for the others in an exchange. Default: as the launch has it, as long as which it waits
   * for the others to open at least.
   */
  readonly timeoutSeconds?: number;
  /**
   * Opens the collective between processes that each have launched the same number of replicas, or returns null where
   * there is but one. It is called in the first replica of each process only.
   */
  readonly upper?: (() => Collective | null) | null;
}

let isOpened = false;

/**
 * The collective of the replicas that `launch` has started, in each of them; null in a thread that was not launched. It
 * returns when all have opened it. Steps of this thread then use its part of the cores only.
 *
 * With `upper` it has the replicas of all processes: those of the first come first. What the replicas of a process have
 * summed is then summed between processes, which has the bits of one tree where `local` is a power of two.
 * @throws TypeError `ERR_ADAMAX_ARG_TYPE`; `ERR_ADAMAX_STATE` for a second call
 * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
 * @throws Error `ERR_ADAMAX_REPLICA` where a replica is lost or silent, or processes have not the same number of them
 */
export function openWorkers(options: WorkersOptions = {}): Collective | null {
  const handover = handedOver();
  if (handover === null) return null;
  const { timeoutSeconds = handover.timeoutSeconds, upper = null } = options;
  checkNumber('timeoutSeconds', timeoutSeconds, timeLimit);
  if (isOpened) {
    throw typeError('ERR_ADAMAX_STATE', 'the replicas of a launch must be opened once: received a second call');
  }
  isOpened = true;
  const { control, rank, replicas } = handover;
  // Threads start one after another, which may take longer than any exchange.
  const barrier = new Barrier(control, rank, replicas, Math.max(timeoutSeconds, handover.timeoutSeconds) * 1000);
  const end = (code: number) => barrier.break({ kind: 'ended', rank, code });
  process.once('exit', end);
  try {
    const { place, above } = opened(handover, barrier, upper);
    barrier.limit = timeoutSeconds * 1000;
    const onThisMachine = replicas * (Atomics.load(control, CONTROL.upperLocal) || 1);
    shareCores(onThisMachine);
    return collectiveOf(place, onThisMachine, new Queue(barrier, rank, above), async () => {
      process.off('exit', end);
      await above?.close();
    });
  } catch (error) {
    barrier.break({ kind: 'threw', rank });
    throw error;
  }
}

/** Waits for all replicas here, and lets them know how many there are elsewhere. */
function opened(
  handover: Handover,
  barrier: Barrier,
  upper: WorkersOptions['upper'],
): { place: Place; above: Collective | null } {
  const { control, rank, replicas, staging } = handover;
  Atomics.store(control, CONTROL.modeOf(rank), upper === null ? 1 : 2);
  let above: Collective | null = null;
  if (upper && rank === 0) {
    above = upper();
    if (above !== null) checkEqual(above, replicas);
    Atomics.store(control, CONTROL.upperRank, above?.rank ?? 0);
    Atomics.store(control, CONTROL.upperSize, above?.size ?? 1);
    Atomics.store(control, CONTROL.upperLocal, above?.local ?? 1);
  }
  new Queue(barrier, rank, null).run(meeting());
  for (let other = 0; other < replicas; other++) {
    if (Atomics.load(control, CONTROL.modeOf(other)) === Atomics.load(control, CONTROL.modeOf(rank))) continue;
    const received = `another in replica ${other} than in replica ${rank}`;
    throw replicaError(`every replica must be opened with the same options: received ${received}`);
  }
  const processes = Atomics.load(control, CONTROL.upperSize) || 1;
  barrier.first = Atomics.load(control, CONTROL.upperRank) * replicas;
  const place: Place = {
    localRank: rank,
    local: replicas,
    rank: barrier.first + rank,
    size: processes * replicas,
    isJoined: processes > 1,
    staging: new Staging(staging, replicas),
    turn: 0,
  };
  return { place, above };
}

function* meeting(): Phases {
  yield HERE;
}

/** @throws Error `ERR_ADAMAX_REPLICA` in all processes, unless all have launched the same number of replicas */
function checkEqual(upper: Collective, replicas: number): void {
  const counts = new Uint32Array(upper.size);
  counts[upper.rank] = replicas;
  const borders = Array.from({ length: upper.size + 1 }, (_, i) => 4 * i);
  upper.run([{ kind: 'gather', bytes: new Uint8Array(counts.buffer), borders }]);
  if (counts.every((count) => count === replicas)) return;
  throw replicaError(`every process must launch the same number of replicas: received ${counts.join(', ')}`);
}

/** @param left - is told when nothing is under way any more */
function collectiveOf(place: Place, local: number, queue: Queue, left: () => Promise<void>): Collective {
  const { rank, size } = place;
  let closing: Promise<void> | null = null;
  return {
    rank,
    size,
    local,
    run: (exchanges: readonly Exchange[]) => queue.run(phasesOf(place, exchanges)),
    runAsync: (exchanges: readonly Exchange[]) => queue.runAsync(phasesOf(place, exchanges)),
    abandon: (error: Error) => queue.abandon(error),
    close: () => {
      closing ??= queue.close().then(left);
      return closing;
    },
  };
}
