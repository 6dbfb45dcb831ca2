/** Sums 64 MB off the event loop, and counts how often that turns meanwhile. */
import { openMpi } from '#internals';
import { report } from './report.js';

const collective = openMpi({ timeoutSeconds: 50 });
const floats = new Float32Array(2 ** 24).fill(collective.rank + 1);
let beats = 0;
let isDone = false;
const beat = () => {
  if (isDone) return;
  beats++;
  setTimeout(beat, 1);
};
beat();
for (let i = 0; i < 3; i++) await collective.runAsync([{ kind: 'sum', from: floats, to: floats }]);
isDone = true;
await collective.close();
report(collective.rank, { beats, sum: floats[2 ** 24 - 1] });
