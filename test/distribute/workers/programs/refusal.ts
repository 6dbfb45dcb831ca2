/** Replica 1 calls what blocks while its step is under way; the other waits for that call, in which it is told. */
import { workerData } from 'node:worker_threads';
import { Adamax, Variable } from 'adamax';
import { MirroredStrategy } from 'adamax/distribute';
import { report } from '../support.js';

const strategy = new MirroredStrategy();
const { replicaIdInSyncGroup: rank } = strategy;
const optimizer = strategy.scope(() => new Adamax());
const p = new Variable(new Float32Array([1, 2]));
const pairs = () => [[new Float32Array([1, 1]), p]] as const;
const errors: string[] = [];

const first = optimizer.applyGradientsAsync(pairs());
if (rank === 0) await first;
for (const call of [() => optimizer.applyGradients(pairs()), () => strategy.reduce('sum', 1)]) {
  try {
    call();
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    errors.push(`${code}: ${message}`);
  }
}
await first;
// Whatever is awaited of the strategy comes behind what the others were told.
const sum = await strategy.reduceAsync('sum', 1);
const count = optimizer.applyGradients(pairs());
report(workerData, rank, { errors, sum, count });
await strategy.close();
