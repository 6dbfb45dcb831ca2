import { Checkpoints } from '../shared/cli/checkpoints.js';
import { grouped } from '../shared/cli/format.js';
import { print, watch } from '../shared/cli/program.js';
import { UsageError } from '../shared/cli/usage-error.js';
import { type Ended, type Job, run } from './job.js';
import { INSTALL, whyNoMpi } from './mpirun.js';
import type { Options } from './options.js';
import type { Position, Trained } from './train.js';

/** Runs one training of some replicas. @throws UsageError where there is no MPI, or what is saved is of other options */
export async function trainOnce(options: Options & Pick<Job, 'kind'>, path: string): Promise<void> {
  const { kind, replicas, shardState, digits, epochs, seed, checkpoints } = options;
  const reason = kind === 'processes' ? whyNoMpi() : null;
  if (reason !== null) throw new UsageError(`--mpi needs Open MPI (${INSTALL})`, reason);
  // The replicas do so, too, but this is told in one line.
  print(...new Checkpoints<Position>(path, checkpoints, { epochs, digits, seed }).notes());
  const ended = await watched({ kind, replicas, shardState, digits, epochs, seed, path, checkpoints });
  const { accuracy, fingerprint } = agreed(ended, replicas);
  print(`${grouped(digits)} digits, ${nameOf(kind, replicas)}: ${percent(accuracy)} told right, ${fingerprint}`);
}

/** Runs a job and shows how it gets on. */
export function watched(job: Job): Promise<Ended> {
  return watch(run(job), {
    epochs: job.epochs,
    unit: 'digits',
    heldOut: (accuracy) => `held-out accuracy ${percent(accuracy)}`,
  });
}

/** What all replicas have come to. @throws Error where they have not, or not to the same */
export function agreed({ code, trained }: Ended, replicas: number): Trained {
  if (code !== 0) throw new Error(`all replicas must end with the exit code 0: received ${code}`);
  const fingerprints = Array.from({ length: replicas }, (_, replica) => trained[replica]?.fingerprint);
  if (new Set(fingerprints).size === 1 && trained.length > 0) return trained[0];
  throw new Error(`all replicas must come to the same bits: received ${fingerprints.join(', ')}`);
}

export function nameOf(kind: Job['kind'], replicas: number): string {
  if (replicas === 1) return 'one replica';
  return `${replicas} ${kind}`;
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`;
}
