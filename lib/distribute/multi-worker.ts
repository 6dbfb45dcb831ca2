import { checkBoolean, checkOptions } from '../arguments/options.js';
import type { Collective } from './collective/collective.js';
import { openMpi } from './collective/mpi/open-mpi.js';
import { openWorkers } from './collective/workers/open.js';
import type { MirroredOptions } from './mirrored.js';
import { Strategy } from './strategy.js';

/** How replicas that are processes work together. */
export interface MultiWorkerOptions extends MirroredOptions {
  /** How many processes the job must have, no more and no less. Default: as many as were started. */
  workers?: number;
}

/**
 * Replicas that are processes, on one machine or many, after `tf.distribute.MultiWorkerMirroredStrategy`: started by
 * `mpirun` of Open MPI, `srun --mpi=pmix` or the like. Where each process launches threads, every thread of every
 * process is a replica. A process that no launcher has started is one replica by itself.
 *
 * `npm run build:mpi`, or `npx adamax build --mpi` where the package is installed, builds what it needs of MPI.
 */
export class MultiWorkerMirroredStrategy extends Strategy {
  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; `ERR_ADAMAX_STATE` for a second one in a process
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   * @throws Error `ERR_ADAMAX_LAUNCHER` where MPI is missing or not built, or there are other processes than there should
   *   be; `ERR_ADAMAX_REPLICA` where a replica is lost or silent
   */
  constructor(options: MultiWorkerOptions = {}) {
    checkOptions('MultiWorkerMirroredStrategy', options, ['workers', 'shardState', 'timeoutSeconds']);
    const { workers, shardState = false, timeoutSeconds } = options;
    checkBoolean('shardState', shardState);
    const limit = timeoutSeconds === undefined ? {} : { timeoutSeconds };
    const processes = (): Collective => openMpi({ ...limit, ...(workers !== undefined && { workers }) });
    super(openWorkers({ ...limit, upper: processes }) ?? processes(), shardState);
    this.closeAtEnd();
  }
}
