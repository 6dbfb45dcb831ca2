import { adamaxStepRows } from 'adamax/kernels';
import { expect } from 'chai';
import { RowIndex } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { stepRows } from '../support/oracle.js';
import { runModule } from '../support/process.js';

const SLICES = 1000;
const TABLE_ROWS = 2 ** 21;

/** The first rows of the table that are chosen. */
function rowsWhere(isChosen: (row: number) => boolean): number[] {
  const rows: number[] = [];
  for (let row = 0; rows.length < SLICES && row < TABLE_ROWS; row++) if (isChosen(row)) rows.push(row);
  return rows;
}

const CHOSEN: Record<string, number[]> = {
  'for the hash of the addon': rowsWhere((row) => (BigInt(row) * 0x9e3779b97f4a7c15n) % 2n ** 64n < 2n ** 54n),
  'for the hash of the fallback': rowsWhere((row) => Math.imul(row, 0x9e3779b1) >>> 22 === 0),
  'as multiples of 2048': rowsWhere((row) => row % 2048 === 0),
  'as multiples of 1597': rowsWhere((row) => row % 1597 === 0),
};

onEveryImplementation('rows that were chosen to collide', () => {
  for (const [how, distinct] of Object.entries(CHOSEN)) {
    it(`are stepped in order of occurrence: chosen ${how}`, () => {
      const random = new Random(3);
      const indices = [...distinct, ...distinct.map((_, i) => distinct[(7 * i) % distinct.length])];
      const values = random.normals(indices.length);
      const scalars = { oneMinusBeta1: 1 - 0.9, beta2: 0.999, alpha: 0.01, epsilon: 1e-7 };
      const state = () => ({
        param: new Float32Array(TABLE_ROWS).fill(1),
        m: new Float32Array(TABLE_ROWS),
        u: new Float32Array(TABLE_ROWS),
      });
      const [ours, expected] = [state(), state()];
      stepRows(expected, 1, values, indices, scalars);
      adamaxStepRows(ours.param, ours.m, ours.u, 1, values, Int32Array.from(indices), scalars);
      expectSameBits(ours.param, expected.param, 'param');
      expectSameBits(ours.m, expected.m, 'm');
      expectSameBits(ours.u, expected.u, 'u');
    });
  }
});

describe('the index of touched rows of the fallback', () => {
  const listOf = ({ count, rows, first, next }: RowIndex) =>
    Array.from({ length: count }, (_, i) => {
      const slices = [];
      for (let slice = first[i]; slice < next.length; slice = next[slice]) slices.push(slice);
      return [rows[i], slices];
    });
  const groups = (indices: readonly number[]) => [
    ...indices.reduce((map, row, i) => map.set(row, [...(map.get(row) ?? []), i]), new Map<number, number[]>()),
  ];

  for (const [how, rows] of [
    ...Object.entries(CHOSEN),
    ['as multiples of 2³²', Array.from({ length: SLICES }, (_, i) => i * 2 ** 32)],
    ['as multiples of 2⁴³', Array.from({ length: SLICES }, (_, i) => i * 2 ** 43)],
  ] as const) {
    it(`takes few steps for rows chosen ${how}`, () => {
      const indices = [...rows, ...rows.map((_, i) => rows[(7 * i) % rows.length])];
      const index = new RowIndex(BigInt64Array.from(indices, BigInt), 2 ** 53);
      expect(index.bad).to.equal(undefined);
      expect(listOf(index)).to.deep.equal(groups(indices));
      // Those of a hash table that is given up, and those down a tree of rows of 53 bits; a list would take a million.
      expect(index.searchSteps).to.be.below((9 + 53) * indices.length);
    });
  }

  it('finds a bad index behind rows that were chosen to collide', () => {
    const rows = [...CHOSEN['for the hash of the fallback'], -1];
    expect(new RowIndex(Int32Array.from(rows), TABLE_ROWS).bad).to.equal(rows.length - 1);
  });

  it('stays with its hash table for ordinary rows', () => {
    const random = new Random(5);
    for (const rows of [SLICES, 10 * SLICES, 2 ** 31 - 1]) {
      const index = new RowIndex(
        Int32Array.from({ length: SLICES }, () => random.below(rows)),
        rows,
      );
      expect(index.searchSteps).to.be.below(2 * SLICES);
    }
  });

  it('says that there is no memory before anything is written', () => {
    const { stdout, stderr } = runModule(
      `
      const real = Float64Array;
      globalThis.Float64Array = new Proxy(real, {
        construct(target, args) {
          if (args[0] === 1000) throw new RangeError('Array buffer allocation failed');
          return Reflect.construct(target, args);
        },
      });
      const { IndexedSlices, SGD, Variable } = await import('adamax');
      const table = new Variable(new Float32Array(1000).fill(1), { shape: [1000, 1] });
      const optimizer = new SGD({ learningRate: 1 });
      const step = (n) => {
        const rows = Int32Array.from({ length: n }, (_, i) => i);
        optimizer.applyGradients([[new IndexedSlices(new Float32Array(n).fill(1), rows), table]]);
      };
      let error;
      try { step(1000); } catch (thrown) { error = thrown; }
      const untouched = table.data.every((x) => x === 1) && optimizer.iterations.item() === 0;
      step(999);
      console.log(error?.code, error?.message, untouched, table.data[998], optimizer.iterations.item());`,
      { ADAMAX_ISA: 'js' },
    );
    expect(stdout, stderr).to.match(/^ERR_ADAMAX_MEMORY .*: received 1000 indices true 0 1\n$/);
  });
});
