import { Adamax, type Gradient, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { replicas } from './fake.js';

const [SIZE, ROWS, WIDTH] = [3 * 65536 + 5, 3000, 70];

/** Of each of so many replicas, the message of a step by these gradients. */
async function messages(
  size: number,
  shardState: boolean,
  gradientsOf: (rank: number) => readonly Gradient[],
  experimentalAggregateGradients = true,
): Promise<string[]> {
  return await Promise.all(
    replicas(size, shardState).strategies.map(async (strategy, rank) => {
      const optimizer = strategy.scope(() => new Adamax({ nonFinite: 'throw' }));
      const gradients = gradientsOf(rank);
      const list = gradients.map((gradient) => {
        const isTable = gradient instanceof IndexedSlices;
        return new Variable(new Float32Array(isTable ? ROWS * WIDTH : SIZE), isTable ? { shape: [ROWS, WIDTH] } : {});
      });
      try {
        const pairs = list.map((p, i): [Gradient, Variable] => [gradients[i], p]);
        await optimizer.applyGradientsAsync(pairs, { experimentalAggregateGradients });
        return 'none';
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );
}

const dense = (bad: readonly (readonly [number, number])[] = []) => {
  const gradient = new Float32Array(SIZE).fill(1);
  for (const [index, value] of bad) gradient[index] = value;
  return gradient;
};

const sparse = (rows: number[], bad = -1) => {
  const values = new Float32Array(rows.length * WIDTH).fill(1);
  if (bad >= 0) values[bad] = Number.NEGATIVE_INFINITY;
  return new IndexedSlices(values, Int32Array.from(rows));
};

describe('a gradient that is to be finite and is not', () => {
  // The stretches of two replicas meet at 131,072, those of four at multiples of 65,536.
  for (const size of [2, 4]) {
    it(`is named alike by all of ${size} replicas, whoever keeps the state of the element`, async () => {
      for (const [index, value, shown] of [
        [7, Number.NaN, 'NaN'],
        [65536, Number.POSITIVE_INFINITY, 'Infinity'],
        [SIZE - 1, Number.NEGATIVE_INFINITY, '-Infinity'],
      ] as const) {
        const gradientsOf = (rank: number) => [
          dense(),
          dense(
            rank === 1
              ? [
                  [index, value],
                  [SIZE - 2, Number.NaN],
                ]
              : [],
          ),
        ];
        const first = Math.min(index, SIZE - 2);
        const wanted = `gradient at gradsAndVars[1][0][${first}] must be finite: received ${first === index ? shown : 'NaN'}`;
        for (const shardState of [false, true]) {
          expect(await messages(size, shardState, gradientsOf)).to.deep.equal(Array(size).fill(wanted));
        }
      }
    });
  }

  it('is named where it is a sparse one, by its place among the slices of all', async () => {
    const gradientsOf = (rank: number) => [sparse([1, 2999 - rank], rank === 1 ? WIDTH + 3 : -1)];
    const wanted = `gradient at gradsAndVars[0][0].values[${3 * WIDTH + 3}] must be finite: received -Infinity`;
    for (const shardState of [false, true]) {
      expect(await messages(2, shardState, gradientsOf)).to.deep.equal([wanted, wanted]);
    }
  });

  it('is named where the caller has summed it', async () => {
    const gradientsOf = () => [dense([[SIZE - 1, Number.NaN]])];
    const wanted = `gradient at gradsAndVars[0][0][${SIZE - 1}] must be finite: received NaN`;
    for (const shardState of [false, true]) {
      expect(await messages(2, shardState, gradientsOf, false)).to.deep.equal([wanted, wanted]);
    }
  });
});
