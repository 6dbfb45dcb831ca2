/** How many processes the job is said to have, and whether MPI finds as many. */
import { launcherError } from '../../../arguments/errors.js';
import { environment } from '../../../loading/environment.js';

/** What a launcher has said of the job that this process belongs to. */
export interface Launch {
  /** The variable of the environment that tells it. */
  readonly variable: string;
  /** Processes of the job; undefined where the variable only says that there is one. */
  readonly size?: number;
}

/**
 * Those that say how many: mpirun of Open MPI; mpiexec of MPICH and others; srun. Within a job of Slurm, mpirun comes
 * first.
 */
const SIZES = ['OMPI_COMM_WORLD_SIZE', 'PMI_SIZE', 'SLURM_STEP_NUM_TASKS'];

/** @returns null where no launcher has started this process */
export function launchOf(): Launch | null {
  for (const variable of SIZES) {
    const size = Number(environment(variable));
    if (Number.isInteger(size) && size > 0) return { variable, size };
  }
  return environment('PMIX_RANK') === undefined ? null : { variable: 'PMIX_RANK' };
}

/** Throws unless `workers`, if it was given, is the number of processes that were started. */
export function checkWorkers(launch: Launch | null, workers: number | undefined): void {
  const started = launch === null ? 1 : launch.size;
  if (workers === undefined || started === undefined || workers === started) return;
  const by = launch === null ? 'which no launcher has started' : `as ${launch.variable} says`;
  throw launcherError(
    `workers must be the number of processes of the job, ${started}, ${by}; mpirun -n ${workers} node … starts as many: received ${workers}`,
  );
}

/**
 * Throws unless MPI has found the processes that were started. Under the launcher of another MPI each process finds
 * only itself, and would train alone.
 */
export function checkWorld(launch: Launch, workers: number | undefined, size: number): void {
  const { variable, size: started = workers ?? size } = launch;
  if (size === started) return;
  throw launcherError(
    `the job must be started by the launcher of the MPI that the addon was built for, and have ${started} processes as ${variable} says: received ${size}`,
  );
}
