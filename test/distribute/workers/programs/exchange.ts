/** Does the exchanges that it is told, and leaves what comes of each in shared memory. */
import { workerData } from 'node:worker_threads';
import { type Collective, type Exchange, openWorkers } from '#internals';
import { type Data, input, report } from '../support.js';
import { fakeUpper } from './fake-upper.js';

export interface Task {
  readonly kind: 'sum' | 'sum parts' | 'gather';
  readonly length: number;
  readonly borders: readonly number[];
  readonly inPlace: boolean;
  readonly isShared: boolean;
  /** What replica r has afterwards begins at r × length elements. */
  readonly result: SharedArrayBuffer;
}

/** Which of several launches this is, which play processes. */
export interface Process {
  readonly memory: SharedArrayBuffer;
  readonly rank: number;
  readonly size: number;
}

interface Exchanging extends Data {
  readonly tasks: readonly Task[];
  readonly way: 'sync' | 'async' | 'mixed';
  readonly process?: Process;
}

const data = workerData as Exchanging;
const { process } = data;
const upper = process === undefined ? null : () => fakeUpper(process.memory, process.rank, process.size);
const collective = openWorkers({ upper }) as Collective;
const { rank, size } = collective;

const promises = data.tasks.map((task, i) => {
  const bring = input(rank, task.length);
  const from = task.isShared ? new Float32Array(new SharedArrayBuffer(4 * task.length)) : bring;
  from.set(bring);
  const to = task.inPlace ? from : new Float32Array(task.length).fill(-7);
  const keep = () => new Float32Array(task.result).set(to, rank * task.length);
  const exchange = () => {
    if (task.kind !== 'gather') return { ...task, from, to } as Exchange;
    const bytes = new Uint8Array(to.buffer);
    const [begin, end] = task.borders.slice(rank, rank + 2);
    for (let k = begin; k < end; k++) bytes[k] = (31 * k + 7 * rank) % 251;
    return { kind: task.kind, bytes, borders: task.borders } as Exchange;
  };
  if (data.way === 'async' || (data.way === 'mixed' && i % 3 !== 2)) {
    return collective.runAsync([exchange()]).then(keep);
  }
  collective.run([exchange()]);
  return keep();
});
await Promise.all(promises);
await collective.close();
await collective.close();
report(data, rank % (size / (process?.size ?? 1)), { rank, size, local: collective.local });
