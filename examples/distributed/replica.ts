/** The program that every replica runs, as a thread or as a process; it prints reports, one a line. */
import { isMainThread, workerData } from 'node:worker_threads';
import { MirroredStrategy, MultiWorkerMirroredStrategy } from 'adamax/distribute';
import { Checkpoints } from '../shared/cli/checkpoints.js';
import { first, mnist } from '../shared/digits/mnist.js';
import type { Job, Report } from './job.js';
import { type Position, train } from './train.js';

const REPORT_MS = 50;

const job: Job = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const { kind, replicas, shardState, digits, epochs, seed, path, checkpoints, fatalStep } = job;
const strategy =
  kind === 'threads'
    ? new MirroredStrategy({ shardState })
    : new MultiWorkerMirroredStrategy({ workers: replicas, shardState });
const replica = strategy.replicaIdInSyncGroup;

async function report(report: Report): Promise<void> {
  await new Promise((written) => process.stdout.write(`${JSON.stringify(report)}\n`, written));
}

await report({ replica, pid: process.pid });
const { training, heldOut } = mnist();
const saved = new Checkpoints<Position>(path, checkpoints, { epochs, digits, seed });
const steps = train(strategy, first(digits, training), heldOut, { epochs, seed }, saved);
let reported = -Infinity;
let taken = 0;
for (;;) {
  const { done, value } = steps.next();
  if (done) {
    await report({ replica, trained: value });
    break;
  }
  const now = performance.now();
  if (replica === 0 && (value.heldOut !== undefined || now - reported >= REPORT_MS)) {
    reported = now;
    await report({ replica, status: value });
  }
  if (value.heldOut === undefined) taken++;
  if (taken === fatalStep && replica === replicas - 1) {
    await report({ replica, isWaiting: true });
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
}
await strategy.close();
