/** Trains by every setting, blocking, as one of some replicas; says what came of it. */
import { hostname } from 'node:os';
import { isMainThread, workerData } from 'node:worker_threads';
import type { Optimizer } from 'adamax';
import { MirroredStrategy, MultiWorkerMirroredStrategy } from 'adamax/distribute';
import { digestOf } from '../digest.js';
import { pairsOf, STEPS, settings, shareOf, variables } from '../training.js';
import { report } from '../workers/support.js';

const { shardState, isMirrored } = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const strategy = isMirrored ? new MirroredStrategy({ shardState }) : new MultiWorkerMirroredStrategy({ shardState });
const [rank, size] = [strategy.replicaIdInSyncGroup, strategy.numReplicasInSync];
const digests = settings.map(([, make, options]) => {
  const optimizer: Optimizer = strategy.scope(() => make(options));
  const list = variables();
  for (let step = 0; step < STEPS; step++) optimizer.applyGradients(pairsOf(shareOf(step, rank, size, list), list));
  return digestOf(list, shardState ? [] : optimizer.weights);
});
await strategy.close();
if (isMainThread) console.log(`RANK ${JSON.stringify({ rank, size, host: hostname(), digests })}`);
else report(workerData, rank % workerData.local, { rank, size, host: hostname(), digests });
