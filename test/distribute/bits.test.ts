import { Adagrad, Adamax, type Gradient, IndexedSlices, type Optimizer, type OptimizerOptions, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { replicas, treeSum } from './fake.js';

const PARTS = 4;
const STEPS = 2;
/** Small ones, which are packed; two of several pieces; and a table, whose rows do not come out even with pieces. */
const SHAPES = [[5], [300, 7], [70001], [2 * 65536 + 5], [2500, 40]];
const TABLE = 4;
const NOISE = new Random(1).normals(1009);

type Make = (options: OptimizerOptions) => Optimizer;

/** The gradients of one part of the batch. */
function gradientsOf(step: number, part: number, variables: readonly Variable[]): (Float32Array | IndexedSlices)[] {
  return variables.map(({ data, shape }, i) => {
    const from = 1 + 100 * step + 10 * part + i;
    if (i !== TABLE) return data.map((p, k) => p * (part - 1.5) + NOISE[(k + from) % NOISE.length]);
    const random = new Random(from);
    const rows = Array.from({ length: 3 + part }, (_, k) => (step * 31 + part * 7 + k * 1250) % shape[0]);
    return new IndexedSlices(random.normals(rows.length * shape[1]), rows);
  });
}

/** The gradients of some parts as one: dense ones summed in pairs, slices one behind another. */
function joined(parts: readonly (Float32Array | IndexedSlices)[][]): (Float32Array | IndexedSlices)[] {
  return parts[0].map((first, i) => {
    const all = parts.map((part) => part[i]);
    if (!(first instanceof IndexedSlices)) return treeSum(all as Float32Array[]);
    const slices = all as IndexedSlices[];
    const values = Float32Array.from(slices.flatMap(({ values }) => [...values]));
    return new IndexedSlices(
      values,
      slices.flatMap(({ indices }) => Array.from(indices as Uint32Array)),
    );
  });
}

function variables(): Variable[] {
  return SHAPES.map((shape, i) => {
    const size = shape.reduce((a, b) => a * b);
    const data = Float32Array.from({ length: size }, (_, k) => NOISE[(3 * k + i) % NOISE.length]);
    return new Variable(data, { shape, name: `v${i}` });
  });
}

const pairsOf = (gradients: readonly Gradient[], list: readonly Variable[]) =>
  list.map((variable, i): [Gradient, Variable] => [gradients[i], variable]);

/** One process that does all by itself, without a strategy. */
function trainedAlone(make: Make, options: OptimizerOptions) {
  const [optimizer, list] = [make(options), variables()];
  for (let step = 0; step < STEPS; step++) {
    const parts = Array.from({ length: PARTS }, (_, part) => gradientsOf(step, part, list));
    optimizer.applyGradients(pairsOf(joined(parts), list));
  }
  return { optimizer, list };
}

async function trainedTogether(size: number, make: Make, options: OptimizerOptions, shardState: boolean) {
  const share = PARTS / size;
  const all = replicas(size, shardState).strategies.map((strategy) => {
    return { optimizer: strategy.scope(() => make(options)), list: variables() };
  });
  for (let step = 0; step < STEPS; step++) {
    const steps = all.map(({ optimizer, list }, rank) => {
      const parts = Array.from({ length: share }, (_, k) => gradientsOf(step, rank * share + k, list));
      return optimizer.applyGradientsAsync(pairsOf(joined(parts), list));
    });
    expect(await Promise.all(steps)).to.deep.equal(all.map(() => step + 1));
  }
  return all;
}

const settings: [string, Make, OptimizerOptions][] = [
  ['as it is', (options) => new Adamax(options), {}],
  ['clipnorm', (options) => new Adamax(options), { clipnorm: 0.5 }],
  ['clipvalue and nonFinite', (options) => new Adamax(options), { clipvalue: 0.2, nonFinite: 'throw' }],
  ['bfloat16 slots and clipnorm', (options) => new Adamax(options), { clipnorm: 0.5, slotDtype: 'bfloat16' }],
  ['Adagrad, whose slots begin at 0.1', (options) => new Adagrad(options), {}],
];

onEveryImplementation('replicas of a strategy', () => {
  for (const [title, make, options] of settings) {
    it(`have the bits of one process without a strategy: ${title}`, async () => {
      const alone = trainedAlone(make, options);
      for (const size of [1, 2, 4]) {
        for (const { optimizer, list } of await trainedTogether(size, make, options, false)) {
          list.forEach(({ data }, i) => {
            expectSameBits(data, alone.list[i].data, `${size} replicas, variable ${i}`);
          });
          optimizer.weights.forEach(({ data }, i) => {
            expectSameBits(
              data as Float32Array,
              alone.optimizer.weights[i].data as Float32Array,
              `${size} replicas, weight ${i}`,
            );
          });
        }
      }
    });

    it(`have them with sharded state, each its part of the slots: ${title}`, async () => {
      const alone = trainedAlone(make, options);
      for (const size of [2, 4]) {
        const all = await trainedTogether(size, make, options, true);
        for (const { list } of all) {
          list.forEach(({ data }, i) => {
            expectSameBits(data, alone.list[i].data, `${size} replicas, variable ${i}`);
          });
        }
        // What nobody has stepped is what it was: every element that differs from 0 (or 0.1) has one owner.
        for (const name of alone.optimizer.getSlotNames()) {
          alone.list.forEach((variable, i) => {
            const whole = alone.optimizer.getSlot(variable, name).data;
            const parts = all.map(({ optimizer, list }) => optimizer.getSlot(list[i], name).data);
            const owners = parts.map((part) => part.filter((x, k) => x !== 0 && x === whole[k]).length);
            const nonZero = whole.filter((x) => x !== 0).length;
            if (variable.size <= 65536) expect(owners, `slot ${i}`).to.deep.equal(all.map(() => nonZero));
            else expect(owners.reduce((a, b) => a + b)).to.equal(nonZero);
          });
        }
      }
    });
  }
});
