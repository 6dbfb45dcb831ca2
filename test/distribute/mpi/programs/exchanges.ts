/** Every kind of exchange, at once and off the event loop, over many lengths; it reports what is wrong. */
import { openCounting } from '#internals';
import { difference, floatsOf, shared, treeSum, unevenBorders } from './numbers.js';
import { report } from './report.js';

/** Around every border: lines, chunks, small sums, buckets, and what a bucket has for each of several ranks. */
const LENGTHS = [0, 1, 2, 3, 5, 16, 17, 1023, 1024, 1025, 4099, 8193, 262147, 524289];

const [mostBytes = 2 ** 31 - 1, longest = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);
const collective = openCounting({ timeoutSeconds: 50 }, mostBytes);
const { rank, size, local } = collective;
const wrong: string[] = [];

function check(what: string, length: number, received: Float32Array, wanted: Float32Array): void {
  const at = difference(received, wanted);
  if (at >= 0) wrong.push(`${what} of ${length}: ${received[at]} at ${at} must be ${wanted[at]}`);
}

for (const length of LENGTHS.filter((of) => of <= longest)) {
  const all = Array.from({ length: size }, (_, r) => floatsOf(r * 31 + length, length));
  const wanted = treeSum(all);
  const mine = all[rank].slice();
  const apart = new Float32Array(length).fill(7);
  collective.run([{ kind: 'sum', from: mine, to: apart }]);
  check('sum', length, apart, wanted);
  check('what was summed', length, mine, all[rank]);
  const inPlace = shared(mine);
  await collective.runAsync([{ kind: 'sum', from: inPlace, to: inPlace }]);
  check('sum in place, on shared memory', length, inPlace, wanted);

  const borders = unevenBorders(size, length);
  const [begin, end] = [borders[rank], borders[rank + 1]];
  const parts = new Float32Array(length).fill(7);
  const ownOnly = parts.slice();
  ownOnly.set(wanted.subarray(begin, end), begin);
  await collective.runAsync([{ kind: 'sum parts', from: mine, to: parts, borders }]);
  check('sum parts', length, parts, ownOnly);
  const ownInPlace = mine.slice();
  ownInPlace.set(wanted.subarray(begin, end), begin);
  collective.run([{ kind: 'sum parts', from: mine, to: mine, borders }]);
  check('sum parts in place', length, mine, ownInPlace);

  // What was summed in parts is gathered to the whole: ZeRO does so with parameters.
  const bytes = new Uint8Array(parts.buffer);
  collective.run([{ kind: 'gather', bytes, borders: borders.map((border) => 4 * border) }]);
  check('gather', length, parts, wanted);
}
// Borders in the midst of a float, on a view that does not begin at its buffer.
const odd = new Uint8Array(1003).subarray(3);
const borders = Array.from({ length: size + 1 }, (_, r) => (r === size ? 1000 : r * 7));
odd.fill(rank + 1, borders[rank], borders[rank + 1]);
await collective.runAsync([{ kind: 'gather', bytes: odd, borders }]);
const whose = odd.findIndex((byte, i) => byte !== borders.findIndex((border) => border > i));
if (whose >= 0) wrong.push(`byte ${whose} of a gather: ${odd[whose]}`);
await collective.close();
report(rank, { size, local, wrong });
