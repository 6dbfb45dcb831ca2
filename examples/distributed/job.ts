import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CheckpointOptions } from '../shared/cli/checkpoints.js';
import type { TrainingStatus } from '../shared/cli/progress.js';
import { mpirun } from './mpirun.js';
import type { Trained, TrainingOptions } from './train.js';

/** What all replicas of a training are told. */
export interface Job extends TrainingOptions {
  readonly kind: 'threads' | 'processes';
  readonly replicas: number;
  /** Whether each replica keeps the state of its part of the large variables only. */
  readonly shardState: boolean;
  readonly digits: number;
  /** The file in which the training saves itself. */
  readonly path: string;
  readonly checkpoints: CheckpointOptions;
  /** After this step the last replica waits to be killed. */
  readonly fatalStep?: number;
}

/** A line that a replica prints for whoever started the job. */
export type Report =
  | { readonly replica: number; readonly pid: number }
  | { readonly replica: number; readonly status: TrainingStatus }
  | { readonly replica: number; readonly isWaiting: true }
  | { readonly replica: number; readonly trained: Trained };

/** How a job has ended. */
export interface Ended {
  /** The exit code, 128 + the number of the signal where that ended it, as a shell has it. */
  readonly code: number;
  /** Of each replica that came to its end. */
  readonly trained: readonly Trained[];
}

const SIGKILL = 9;

/**
 * Starts all replicas of a training, in a process or several of their own; yields what the first of them says of how it
 * gets on. Kills the replica that waits for it.
 */
export async function* run(job: Job): AsyncGenerator<TrainingStatus, Ended> {
  const [command, ...args] =
    job.kind === 'threads' ? [process.execPath, script('threads')] : mpirun(job.replicas, script('replica'));
  const child = spawn(command, [...args, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGKILL' ? SIGKILL : 0)));
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text) => said.push(text));
  const pids: number[] = [];
  const trained: Trained[] = [];
  let isKilled = false;
  let isOver = false;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      // Launchers may have something of their own to say.
      if (!line.startsWith('{')) continue;
      const report: Report = JSON.parse(line);
      if ('pid' in report) pids[report.replica] = report.pid;
      else if ('trained' in report) trained[report.replica] = report.trained;
      else if ('status' in report) yield report.status;
      else {
        isKilled = true;
        process.kill(pids[report.replica], 'SIGKILL');
      }
    }
    isOver = true;
  } finally {
    // Whoever watches may have had enough.
    if (!isOver) child.kill();
  }
  const code = await ended;
  // Of one that was killed on purpose, mpirun has a paragraph to say.
  if (code !== 0 && !isKilled) process.stderr.write(said.join(''));
  return { code, trained };
}

function script(name: string): string {
  return fileURLToPath(new URL(`./${name}.js`, import.meta.url));
}
