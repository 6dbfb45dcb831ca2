import { checkBoolean, checkOptions } from '../arguments/options.js';
import { checkNumber } from '../arguments/ranges.js';
import { warn } from '../arguments/warn.js';
import { alone } from './collective/alone.js';
import { launchOf } from './collective/mpi/launcher.js';
import { openWorkers } from './collective/workers/open.js';
import { timeLimit } from './collective/workers/time-limit.js';
import { Strategy } from './strategy.js';

/** How replicas that are threads work together. */
export interface MirroredOptions {
  /** Whether each replica keeps the state of its part of every large variable only (ZeRO-1). Default: false. */
  shardState?: boolean;
  /** Seconds that a replica waits for the others in an exchange. Default: as the launch has it, which is 300. */
  timeoutSeconds?: number;
}

/**
 * Replicas that are threads of one process, after `tf.distribute.MirroredStrategy`: `launch` starts them, and each of
 * them makes one of these. In a thread that was not launched it is one replica by itself.
 *
 * @example
 * const strategy = new MirroredStrategy();
 * const optimizer = strategy.scope(() => new Adamax());
 */
export class MirroredStrategy extends Strategy {
  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; `ERR_ADAMAX_STATE` for a second one in a replica
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   * @throws Error `ERR_ADAMAX_REPLICA` where a replica is lost or silent
   */
  constructor(options: MirroredOptions = {}) {
    checkOptions('MirroredStrategy', options, ['shardState', 'timeoutSeconds']);
    const { shardState = false, timeoutSeconds } = options;
    checkBoolean('shardState', shardState);
    if (timeoutSeconds !== undefined) checkNumber('timeoutSeconds', timeoutSeconds, timeLimit);
    super(openWorkers(timeoutSeconds === undefined ? {} : { timeoutSeconds }) ?? alone(), shardState);
    this.closeAtEnd();
    if (this.replicaIdInSyncGroup === 0) warnOfOthers();
  }
}

/** Whoever starts several processes wants them to train together, and not each the same by itself. */
function warnOfOthers(): void {
  const launch = launchOf();
  if (launch?.size === undefined || launch.size < 2) return;
  const { variable, size } = launch;
  warn('ADAMAX_ALONE', () => {
    const message = `MirroredStrategy has the replicas of one process, of ${size} as ${variable} says: each trains by itself`;
    return { message, detail: 'new MultiWorkerMirroredStrategy() connects them.' };
  });
}
