/** Trains for ever, and reports once steps are under way: whatever is to happen then ends the job. */
import { Adamax, Variable } from 'adamax';
import { MultiWorkerMirroredStrategy } from 'adamax/distribute';
import { report } from './report.js';

const strategy = new MultiWorkerMirroredStrategy({ timeoutSeconds: Number(process.env.LIMIT) });
const optimizer = strategy.scope(() => new Adamax());
const p = new Variable(new Float32Array(100_000));
const gradient = new Float32Array(100_000).fill(1);
for (let step = 0; ; step++) {
  optimizer.applyGradients([[gradient, p]]);
  if (step === 10) report(strategy.replicaIdInSyncGroup, { step });
}
