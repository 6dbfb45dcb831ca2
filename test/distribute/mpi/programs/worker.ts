/** A worker thread of opening.ts, and how it opens. */
import { parentPort, workerData } from 'node:worker_threads';
import { openMpi } from '#internals';
import { errorOf } from './report.js';

switch (workerData) {
  case 'second':
    parentPort?.postMessage(await errorOf(() => openMpi()));
    break;
  case 'first': {
    const collective = openMpi({ timeoutSeconds: 50 });
    const floats = new Float32Array(100000).fill(collective.rank + 1);
    await collective.runAsync([{ kind: 'sum', from: floats, to: floats }]);
    collective.run([{ kind: 'sum', from: floats, to: floats }]);
    await collective.close();
    parentPort?.postMessage({ sum: floats[99999], size: collective.size });
    break;
  }
  case 'in flight': {
    const collective = openMpi({ timeoutSeconds: 50 });
    const floats = new Float32Array(100000);
    if (collective.rank === 0) void collective.runAsync([{ kind: 'sum', from: floats, to: floats }]);
    parentPort?.postMessage('posted');
    setInterval(() => undefined, 1000);
    break;
  }
}
