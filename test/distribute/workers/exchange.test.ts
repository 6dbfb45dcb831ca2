import { expect } from 'chai';
import type { Task } from './programs/exchange.js';
import { bytesOfUpper } from './programs/fake-upper.js';
import { firstDifference, input, launched, treeSums } from './support.js';

/** Of several pieces. */
const LONGEST = 600_001;
/** Of no element, of some, and of two pieces. */
const LENGTHS = [0, 1, 2, 15, 63, 64, 65, 1000, 4097, 262_145];

const task = (replicas: number, kind: Task['kind'], length: number, more: Partial<Task> = {}): Task => ({
  kind,
  length,
  borders: unevenly(kind === 'gather' ? 4 * length : length, replicas),
  inPlace: false,
  isShared: false,
  result: new SharedArrayBuffer(4 * length * replicas),
  ...more,
});

/** The second part is empty, where there are three or more. */
function unevenly(length: number, parts: number): number[] {
  const inner = Array.from({ length: parts - 1 }, (_, i) => Math.floor((length * (i === 1 ? 1 : i + 1)) / (parts + 1)));
  return [0, ...inner, length];
}

const sums: Float32Array[] = [];

/** Of what all replicas bring, which is the beginning of this for all lengths. */
function sumOf(replicas: number): Float32Array {
  sums[replicas] ??= treeSums(Array.from({ length: replicas }, (_, rank) => input(rank, LONGEST)));
  return sums[replicas];
}

/** What replica `rank` is to have. */
function expected(replicas: number, rank: number, { kind, length, borders, inPlace }: Task): Float32Array {
  if (kind === 'gather') {
    const bytes = new Uint8Array(4 * length);
    for (let of = 0; of < replicas; of++) {
      for (let k = borders[of]; k < borders[of + 1]; k++) bytes[k] = (31 * k + 7 * of) % 251;
    }
    return new Float32Array(bytes.buffer);
  }
  const sum = sumOf(replicas).subarray(0, length);
  if (kind === 'sum') return sum;
  const [begin, end] = borders.slice(rank, rank + 2);
  const whole = inPlace ? input(rank, length) : new Float32Array(length).fill(-7);
  whole.set(sum.subarray(begin, end), begin);
  return whole;
}

type Way = 'sync' | 'async' | 'mixed';

async function check(replicas: number, tasks: readonly Task[], way: Way): Promise<void> {
  const { reports, error } = await launched('exchange.js', replicas, { tasks, way });
  expect(error).to.equal(undefined);
  const ranks = Array.from({ length: replicas }, (_, rank) => rank);
  expect(reports).to.deep.equal(ranks.map((rank) => ({ rank, size: replicas, local: replicas })));
  checkResults(replicas, tasks);
}

function checkResults(replicas: number, tasks: readonly Task[]): void {
  tasks.forEach((done, i) => {
    for (let rank = 0; rank < replicas; rank++) {
      const actual = new Float32Array(done.result).subarray(rank * done.length, (rank + 1) * done.length);
      const difference = firstDifference(actual, expected(replicas, rank, done));
      expect(difference, `${i}: ${done.kind} of ${done.length} in replica ${rank}`).to.equal(undefined);
    }
  });
}

for (const replicas of [1, 2, 3, 4]) {
  describe(`exchanges of ${replicas} replicas`, () => {
    it('sum, sum parts and gather', () => {
      const kinds = ['sum', 'sum parts', 'gather'] as const;
      const tasks = kinds.flatMap((kind) => [...LENGTHS, LONGEST].map((length) => task(replicas, kind, length)));
      return check(replicas, tasks, 'sync');
    });

    it('sum in place and on shared memory', () => {
      const places = [{ inPlace: true }, { isShared: true }, { inPlace: true, isShared: true }];
      const tasks = (['sum', 'sum parts'] as const).flatMap((kind) => {
        return places.flatMap((more) => [5, 300_003].map((length) => task(replicas, kind, length, more)));
      });
      return check(replicas, tasks, 'sync');
    });

    for (const way of ['async', 'mixed'] as const) {
      it(`do it in the order of the calls: ${way}`, () => {
        const kinds = ['sum', 'gather', 'sum parts'] as const;
        const tasks = [...LENGTHS, ...LENGTHS].map((length, i) => task(replicas, kinds[i % 3], length));
        return check(replicas, tasks, way);
      });
    }
  });
}

const LAYOUTS: readonly [number, number, readonly Way[]][] = [
  [1, 2, ['mixed']],
  [2, 1, ['mixed']],
  [2, 2, ['sync', 'async', 'mixed']],
  [3, 2, ['async']],
];
for (const [processes, local, ways] of LAYOUTS) {
  describe(`exchanges of ${processes} processes with ${local} replicas each`, () => {
    const size = processes * local;

    for (const way of ways) {
      it(`have the bits of ${size} replicas in one: ${way}`, async () => {
        const tasks = [0, 1, 65, 1000, 300_003].flatMap((length) => [
          task(size, 'sum', length),
          task(size, 'gather', length),
          task(size, 'sum parts', length),
          task(size, 'sum', length, { inPlace: true }),
          task(size, 'sum parts', length, { inPlace: true }),
        ]);
        const memory = new SharedArrayBuffer(bytesOfUpper(processes));
        const all = await Promise.all(
          Array.from({ length: processes }, (_, rank) => {
            return launched('exchange.js', local, { tasks, way, process: { memory, rank, size: processes } });
          }),
        );
        all.forEach(({ reports, error }, process) => {
          expect(error).to.equal(undefined);
          const ranks = Array.from({ length: local }, (_, rank) => process * local + rank);
          expect(reports).to.deep.equal(ranks.map((rank) => ({ rank, size, local: size })));
        });
        checkResults(size, tasks);
      });
    }
  });
}
