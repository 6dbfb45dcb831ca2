import { adamaxStepRows, type RowIndices } from 'adamax/kernels';
import { expect } from 'chai';
import { expectCanaries, expectSameBits, placed, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type State, stepRows } from '../support/oracle.js';

const SCALARS = { oneMinusBeta1: 1 - 0.9, beta2: 0.999, alpha: 0.01, epsilon: 1e-7 };
const ROW_LENGTHS = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 300];
const random = new Random(7);

interface Case {
  readonly rowLength: number;
  readonly start: State;
  readonly steps: readonly { readonly indices: readonly number[]; readonly values: Float32Array }[];
  readonly end: State;
}

function makeCase(rowLength: number, tableRows: number, wild: boolean, lists: readonly (readonly number[])[]): Case {
  const size = rowLength * tableRows;
  const start = wild
    ? { param: random.wild(size), m: random.wild(size), u: random.wildNorms(size) }
    : { param: random.normals(size), m: random.normals(size, 0.1), u: random.normals(size).map(Math.abs) };
  const end = { param: start.param.slice(), m: start.m.slice(), u: start.u.slice() };
  const steps = lists.map((indices) => {
    const values = wild ? random.wild(indices.length * rowLength) : random.normals(indices.length * rowLength);
    stepRows(end, rowLength, values, indices, SCALARS);
    return { indices, values };
  });
  return { rowLength, start, steps, end };
}

const some = (count: number, rows: number) => Array.from({ length: count }, () => random.below(rows));

const LISTS = [
  [4, 1, 3], // unsorted
  [2, 2, 2, 2, 2], // one row, many times
  [0, 6, 0, 3, 6, 0], // duplicates apart from each other
  [], // nothing
  some(40, 7), // more slices than rows
];

const cases = [
  ...ROW_LENGTHS.map((rowLength) => makeCase(rowLength, 7, false, LISTS)),
  ...ROW_LENGTHS.map((rowLength) => makeCase(rowLength, 7, true, LISTS)),
  makeCase(3, 5000, false, [some(1000, 5000), some(3000, 5000)]),
];

const KINDS: readonly [string, (indices: readonly number[]) => RowIndices][] = [
  ['Int32Array', (indices) => Int32Array.from(indices)],
  ['Uint32Array', (indices) => Uint32Array.from(indices)],
  ['BigInt64Array', (indices) => BigInt64Array.from(indices, BigInt)],
];

onEveryImplementation('sparse step', () => {
  for (const [kind, toIndices] of KINDS) {
    it(`has the bits of the contract for every row length, duplicates summed in order (${kind})`, () => {
      cases.forEach(({ rowLength, start, steps, end }, k) => {
        const param = placed(start.param, k % 16);
        const m = placed(start.m, (k + 5) % 16);
        const u = placed(start.u, (k + 10) % 16);
        for (const { indices, values } of steps) {
          adamaxStepRows(param, m, u, rowLength, placed(values, (k + 3) % 16), toIndices(indices), SCALARS);
        }
        expectSameBits(param, end.param, `param (rows of ${rowLength})`);
        expectSameBits(m, end.m, `m (rows of ${rowLength})`);
        expectSameBits(u, end.u, `u (rows of ${rowLength})`);
        for (const array of [param, m, u]) expectCanaries(array);
      });
    });
  }

  it('takes the sum of slices, not the slices one by one: the order of addition shows', () => {
    const big = 2 ** 24;
    const m = new Float32Array(1);
    const values = Float32Array.from([big, 1, 1, -big]); // ((big + 1) + 1) − big = 0 in binary32, 2 in any wider order
    adamaxStepRows(new Float32Array(1), m, new Float32Array(1), 1, values, Int32Array.from([0, 0, 0, 0]), SCALARS);
    expect(m[0]).to.equal(0);
  });

  for (const [title, indices, position] of [
    ['negative', Int32Array.from([0, -1, 1]), 1],
    ['one too large', Int32Array.from([0, 1, 3]), 2],
    ['largest of its kind', Uint32Array.from([2 ** 32 - 1, 1, 0]), 0],
    ['beyond 2^53', BigInt64Array.from([0n, 2n, 2n ** 62n]), 2],
    ['least of its kind', BigInt64Array.from([-(2n ** 63n), 0n, 1n]), 0],
    ['a multiple of 2^32 away', BigInt64Array.from([0n, 2n ** 32n, 1n]), 1],
  ] as const) {
    it(`refuses an index that is ${title}, naming its place, before anything is written`, () => {
      const arrays = [random.normals(6), random.normals(6), random.normals(6)] as const;
      const before = arrays.map((array) => array.slice());
      expect(() => adamaxStepRows(...arrays, 2, random.normals(6), indices, SCALARS))
        .to.throw(
          RangeError,
          new RegExp(`^indices\\[${position}\\] must be in \\[0, 3\\): received ${indices[position]}$`),
        )
        .with.property('code', 'ERR_ADAMAX_INDEX');
      arrays.forEach((array, i) => {
        expectSameBits(array, before[i], `array ${i}`);
      });
    });
  }
});
