/** The constraint of replica 1 throws in the second step, which blocks. */
import { workerData } from 'node:worker_threads';
import { Adamax, Variable } from 'adamax';
import { MirroredStrategy } from 'adamax/distribute';
import { report } from '../support.js';

const { shardState } = workerData;
const strategy = new MirroredStrategy({ shardState });
const { replicaIdInSyncGroup: rank } = strategy;
const optimizer = strategy.scope(() => new Adamax());
let step = 0;
const constraint = (values: Float32Array) => {
  if (rank === 1 && step === 1) throw new Error('no room');
  return values.map((x) => x / 2);
};
const p = new Variable(new Float32Array(70_000).fill(1), { constraint });
const results: unknown[] = [];
for (; step < 3; step++) {
  try {
    results.push(optimizer.applyGradients([[new Float32Array(70_000).fill(1), p]]));
  } catch (error) {
    results.push((error as Error).message);
  }
}
report(workerData, rank, { results, last: p.data[69_999] });
await strategy.close();
