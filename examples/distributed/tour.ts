import { existsSync, rmSync } from 'node:fs';
import { inspect } from 'adamax/checkpoint';
import { duration } from '../shared/cli/format.js';
import { print } from '../shared/cli/program.js';
import type { Job } from './job.js';
import { INSTALL, whyNoMpi } from './mpirun.js';
import { agreed, nameOf, percent, watched } from './once.js';
import type { Options } from './options.js';
import { PARTS } from './parts.js';
import { stepsOf, type Trained } from './train.js';

/** Of the steps before a replica is killed, how often the training saves itself unless it was told. */
const SAVINGS = 5;

/** A line of the table. */
interface Row extends Trained {
  readonly name: string;
  readonly seconds: number;
}

/**
 * Trains the same network by one replica, by threads, by processes where there is MPI, and by some of which one is killed
 * and others go on; then prints what each has come to.
 */
export async function showAll(options: Options, path: string): Promise<void> {
  const { replicas, shardState, digits, epochs, seed } = options;
  const unsaved = { every: 0, resume: false };
  const job = { shardState, digits, epochs, seed, path, checkpoints: unsaved };
  const rows = [await trained({ ...job, kind: 'threads', replicas: 1 })];
  rows.push(await trained({ ...job, kind: 'threads', replicas }));
  const reason = whyNoMpi();
  if (reason === null) rows.push(await trained({ ...job, kind: 'processes', replicas }));
  else print(`${nameOf('processes', replicas)}: left out, for ${reason} (${INSTALL})`);
  rows.push(await killedAndResumed({ ...job, kind: reason === null ? 'processes' : 'threads', replicas }, options));
  print('', ...table(rows));
  if (new Set(rows.map(({ fingerprint }) => fingerprint)).size > 1)
    throw new Error('all trainings must have the same bits');
  print('', 'the same bits, whoever computed what');
}

async function trained(job: Job, name = nameOf(job.kind, job.replicas)): Promise<Row> {
  print(name);
  const begun = performance.now();
  const result = agreed(await watched(job), job.replicas);
  return { name, ...result, seconds: (performance.now() - begun) / 1000 };
}

/** Kills the last replica in the midst of a training; replicas of another number go on from what was saved last. */
async function killedAndResumed(job: Job, { checkpoints }: Options): Promise<Row> {
  const { kind, replicas, digits, epochs, path } = job;
  const steps = stepsOf(digits, epochs);
  const fatalStep = Math.max(1, Math.floor(steps / 2));
  const every = checkpoints.every || Math.max(1, Math.floor(steps / SAVINGS));
  rmSync(path, { force: true });

  const before = nameOf(kind, replicas);
  print(`${before}, of which one is killed`);
  const begun = performance.now();
  const { code } = await watched({ ...job, checkpoints: { every, resume: false }, fatalStep });
  const seconds = (performance.now() - begun) / 1000;
  const saved = existsSync(path) ? Number(inspect(path).step) : 0;
  print(`killed after step ${fatalStep}, and all have ended (code ${code}); what was saved is of step ${saved}`);

  const others = replicas === PARTS ? 2 : PARTS;
  const name = `${before}, one killed; ${nameOf('threads', others)} from step ${saved} on`;
  const rest: Job = { ...job, kind: 'threads', replicas: others, checkpoints: { every, resume: true } };
  const row = await trained(rest, name);
  return { ...row, seconds: row.seconds + seconds };
}

function table(rows: readonly Row[]): string[] {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const line = (name: string, time: string, accuracy: string, fingerprint: string) =>
    `${name.padEnd(width)}  ${time.padStart(10)}  ${accuracy.padStart(10)}  ${fingerprint}`;
  return [
    line('', 'time', 'told right', 'fingerprint'),
    ...rows.map(({ name, seconds, accuracy, fingerprint }) =>
      line(name, duration(seconds), percent(accuracy), fingerprint),
    ),
  ];
}
