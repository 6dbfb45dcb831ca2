import { Adamax, type Gradient, type OptimizerOptions, Variable } from 'adamax';
import { expect } from 'chai';
import { type StepHooks, stepperOf } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';

/** Lengths of the variables: small ones that are staged, and one that is cut into pieces. */
const SIZES = [5, 300, 70000];
const REPLICAS = 4;
const STEPS = 4;

/** (a + b) + (c + d), each sum rounded once: a tree of fixed shape, however many of its leaves one rank has. */
function treeSum(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0];
  const half = parts.length / 2;
  const [left, right] = [treeSum(parts.slice(0, half)), treeSum(parts.slice(half))];
  return left.map((x, i) => x + right[i]);
}

/** What ranks have to say of a step, and what comes of it: a collective within one process. */
class Board {
  readonly #posted: (readonly Float32Array[])[] = [];
  readonly ranks: number;

  constructor(ranks: number) {
    this.ranks = ranks;
  }

  post(rank: number, gradients: readonly Float32Array[]): void {
    this.#posted[rank] = gradients;
  }

  /** By variable, over all ranks. */
  sums(): Float32Array[] {
    return SIZES.map((_, i) => treeSum(this.#posted.map((gradients) => gradients[i])));
  }
}

/** Gradient of a replica's part of the batch, at these parameters. */
function gradientOf(step: number, replica: number, i: number, data: Float32Array): Float32Array {
  const random = new Random(1 + 1000 * step + 10 * replica + i);
  return data.map((p) => p * (replica - 1.5) + random.normal());
}

function start(): Variable[] {
  const random = new Random(77);
  return SIZES.map((size) => new Variable(random.normals(size)));
}

interface Rank {
  readonly optimizer: Adamax;
  readonly variables: Variable[];
}

/** Trains on so many ranks, each of which has its share of the replicas; the state of the first. */
async function trained(ranks: number, options: OptimizerOptions, hooks: (board: Board) => StepHooks, async = false) {
  const board = new Board(ranks);
  const all = Array.from({ length: ranks }, (): Rank => {
    const optimizer = new Adamax({ learningRate: 0.01, ...options });
    stepperOf(optimizer).hooks = hooks(board);
    return { optimizer, variables: start() };
  });
  const share = REPLICAS / ranks;
  for (let step = 0; step < STEPS; step++) {
    const local = all.map(({ variables }, rank) => {
      return variables.map(({ data }, i) => {
        return treeSum(Array.from({ length: share }, (_, k) => gradientOf(step, rank * share + k, i, data)));
      });
    });
    local.forEach((gradients, rank) => {
      board.post(rank, gradients);
    });
    const pairs = (rank: number) =>
      all[rank].variables.map((variable, i): [Gradient, Variable] => [local[rank][i], variable]);
    if (async) await Promise.all(all.map(({ optimizer }, rank) => optimizer.applyGradientsAsync(pairs(rank))));
    else for (const [rank, { optimizer }] of all.entries()) optimizer.applyGradients(pairs(rank));
  }
  return all;
}

function expectSame(a: Rank, b: Rank, what: string): void {
  a.variables.forEach(({ data }, i) => {
    expectSameBits(data, b.variables[i].data, `${what}, variable ${i}`);
  });
  expect(
    a.optimizer.weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')),
  ).to.deep.equal(
    b.optimizer.weights.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')),
  );
}

const aggregating = (board: Board): StepHooks => ({ aggregate: () => board.sums() });
const aggregatingLater = (board: Board): StepHooks => ({
  aggregate: async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return board.sums();
  },
});
/** The same, in ranges: a variable is stepped as soon as its sum is there. */
const driving = (board: Board): StepHooks => ({
  aggregate: () => board.sums(),
  drive(count, run) {
    for (let i = count - 1; i >= 0; i--) run(i, 1);
  },
});

onEveryImplementation('replicas', () => {
  const settings: [string, OptimizerOptions][] = [
    ['without clipping', {}],
    ['with clipnorm', { clipnorm: 0.5 }],
    ['with bfloat16 slots', { slotDtype: 'bfloat16' }],
    ['with clipnorm and bfloat16 slots', { clipnorm: 0.5, slotDtype: 'bfloat16' }],
  ];
  for (const [title, options] of settings) {
    it(`have the bits of one process, as 1 × 4, 2 × 2 and 4 × 1, ${title}`, async () => {
      // One process that sums the four parts itself, without a hook.
      const [alone] = await trained(1, options, () => ({}));
      for (const ranks of [1, 2, 4]) {
        for (const [way, hooks] of Object.entries({ aggregating, driving })) {
          const all = await trained(ranks, options, hooks);
          for (const rank of all) expectSame(rank, alone, `${ranks} ranks, ${way}`);
        }
        const later = await trained(ranks, options, aggregatingLater, true);
        for (const rank of later) expectSame(rank, alone, `${ranks} ranks, asynchronously`);
      }
    });
  }
});
