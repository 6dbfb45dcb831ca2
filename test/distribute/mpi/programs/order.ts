/** Many exchanges posted at once, and others between them: they are done in order, and each has what it must. */
import { openMpi } from '#internals';
import { difference, floatsOf, treeSum } from './numbers.js';
import { errorOf, report } from './report.js';

const collective = openMpi({ timeoutSeconds: 50 });
const { rank, size } = collective;
const wrong: string[] = [];
const lengths = [100001, 3, 70000, 1, 1025, 300007, 0, 17];
const arrays = lengths.map((length, k) => floatsOf(k * 10 + rank, length));
const wanted = lengths.map((length, k) => {
  return treeSum(Array.from({ length: size }, (_, r) => floatsOf(k * 10 + r, length)));
});
const done: number[] = [];

// Eight posted, none awaited.
const posted = arrays.map(async (array, k) => {
  await collective.runAsync([{ kind: 'sum', from: array, to: array }]);
  done.push(k);
});
// One at once, which comes after them: they are done when it returns, and their promises are not settled yet.
const sum = new Float32Array([rank + 1]);
collective.run([{ kind: 'sum', from: sum, to: sum }]);
arrays.forEach((array, k) => {
  const at = difference(array, wanted[k]);
  if (at >= 0) wrong.push(`array ${k} at ${at}`);
});
if (sum[0] !== (size * (size + 1)) / 2) wrong.push(`sum ${sum[0]}`);
if (done.length > 0) wrong.push('promises were settled while the thread was blocked');
await Promise.all(posted);
if (done.join() !== [...lengths.keys()].join()) wrong.push(`order ${done}`);

// One list of many kinds, whose later exchanges read what the earlier ones have written.
const list = new Float32Array([rank, 1, 2, 3].concat(new Array(size).fill(0)));
const tail = list.subarray(4);
tail[rank] = 10 + rank;
const bytes = new Uint8Array(tail.buffer, tail.byteOffset, tail.byteLength);
const borders = Array.from({ length: size + 1 }, (_, r) => 4 * r);
await collective.runAsync([
  { kind: 'gather', bytes, borders },
  { kind: 'sum', from: tail, to: tail },
  { kind: 'sum', from: list, to: list },
]);
const each = Array.from({ length: size }, (_, r) => (10 + r) * size * size);
const whole = [(size * (size - 1)) / 2, size, 2 * size, 3 * size, ...each];
if (list.join() !== whole.join()) wrong.push(`list ${list}`);
collective.run([]);
await collective.runAsync([]);

// Memory that goes while others are awaited: the sum lands in what it was transferred to, and the promise says so.
const going = new Float32Array(200000).fill(1);
const flight = collective.runAsync([{ kind: 'sum', from: going, to: going }]);
const gone = structuredClone(going, { transfer: [going.buffer] });
const lost = await errorOf(() => flight);
if (gone[199999] !== size) wrong.push(`transferred: ${gone[199999]}`);
const refusals = {
  lost,
  detached: await errorOf(() => collective.run([{ kind: 'sum', from: going, to: going }])),
  lengths: await errorOf(() => collective.run([{ kind: 'sum', from: gone, to: list }])),
  overlap: await errorOf(() => collective.run([{ kind: 'sum', from: gone.subarray(1), to: gone.subarray(0, -1) }])),
  borders: await errorOf(() => collective.runAsync([{ kind: 'sum parts', from: sum, to: sum, borders: [0, 2, 1] }])),
  floats: await errorOf(() => collective.run([{ kind: 'sum', from: bytes as never, to: sum }])),
};
await collective.close();
await collective.close();
const late = await errorOf(() => collective.run([]));
const lateAsync = await errorOf(() => collective.runAsync([]));
report(rank, { wrong, ...refusals, late, lateAsync });
