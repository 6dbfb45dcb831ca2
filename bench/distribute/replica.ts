/** One replica: a process of a job of MPI, or a thread. It does a task with the others, and leaves what it has measured. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';
import { openMpi, openWorkers } from '#internals';
import { agreement } from './tasks/agreement.js';
import { delays } from './tasks/delays.js';
import { memory } from './tasks/memory.js';
import { steps } from './tasks/steps.js';
import { sums } from './tasks/sums.js';
import type { Task, Tasks } from './tasks/task.js';

const TASKS: Tasks = { agreement, delays, memory, steps, sums };

const { task, folder } = (isMainThread ? JSON.parse(process.argv[2]) : workerData) as { task: Task; folder: string };
const collective = isMainThread ? openMpi() : openWorkers();
if (collective === null) throw new Error('this thread was not launched');
const run = TASKS[task.kind] as (collective: object, task: Task) => unknown;
const report = await run(collective, task);
writeFileSync(join(folder, `${collective.rank}.json`), JSON.stringify(report));
await collective.close();
