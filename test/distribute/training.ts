import { Adagrad, Adamax, type Gradient, IndexedSlices, type Optimizer, type OptimizerOptions, Variable } from 'adamax';
import { Random } from '../support/data.js';
import { treeSum } from './fake.js';

export const PARTS = 4;
export const STEPS = 2;
/** Small ones, which are packed; two of several pieces; and a table, whose rows do not come out even with pieces. */
const SHAPES = [[5], [300, 7], [70001], [2 * 65536 + 5], [2500, 40]];
const TABLE = 4;
const NOISE = new Random(1).normals(1009);

export type Make = (options: OptimizerOptions) => Optimizer;

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
export function joined(parts: readonly (Float32Array | IndexedSlices)[][]): (Float32Array | IndexedSlices)[] {
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

export function variables(): Variable[] {
  return SHAPES.map((shape, i) => {
    const size = shape.reduce((a, b) => a * b);
    const data = Float32Array.from({ length: size }, (_, k) => NOISE[(3 * k + i) % NOISE.length]);
    return new Variable(data, { shape, name: `v${i}` });
  });
}

export const pairsOf = (gradients: readonly Gradient[], list: readonly Variable[]) =>
  list.map((variable, i): [Gradient, Variable] => [gradients[i], variable]);

/** The gradients of a replica's share of the parts, as one. */
export function shareOf(step: number, rank: number, size: number, list: readonly Variable[]) {
  const share = PARTS / size;
  return joined(Array.from({ length: share }, (_, k) => gradientsOf(step, rank * share + k, list)));
}

/** One process that does all by itself, without a strategy. */
export function trainedAlone(make: Make, options: OptimizerOptions) {
  const [optimizer, list] = [make(options), variables()];
  for (let step = 0; step < STEPS; step++) {
    const parts = Array.from({ length: PARTS }, (_, part) => gradientsOf(step, part, list));
    optimizer.applyGradients(pairsOf(joined(parts), list));
  }
  return { optimizer, list };
}

export const settings: [string, Make, OptimizerOptions][] = [
  ['as it is', (options) => new Adamax(options), {}],
  ['clipnorm', (options) => new Adamax(options), { clipnorm: 0.5 }],
  ['clipvalue and nonFinite', (options) => new Adamax(options), { clipvalue: 0.2, nonFinite: 'throw' }],
  ['bfloat16 slots and clipnorm', (options) => new Adamax(options), { clipnorm: 0.5, slotDtype: 'bfloat16' }],
  ['Adagrad, whose slots begin at 0.1', (options) => new Adagrad(options), {}],
];
