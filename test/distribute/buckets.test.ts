import { Adamax, type Gradient, type OptimizerOptions, Variable } from 'adamax';
import { expect } from 'chai';
import { type Collective, type Exchange, PIECE } from '#internals';
import { expectSameBits, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { StrategyOn } from './fake.js';

/** Elements of a bucket: 2 MiB. */
const BUCKET = 8 * PIECE;
/** Small ones, which are packed, and large ones of less than a bucket, of a bucket, and of more. */
const SIZES = [7, 20_000, BUCKET, 300, 2 * BUCKET + PIECE + 5, BUCKET - 1, 16_384];
const isLarge = (size: number) => size > 16_384;

/** Where two replicas do the same to the bit, so that a sum is twice what this one has; notes each sum. */
function mirrored(sums: Extract<Exchange, { kind: 'sum' }>[]): Collective {
  const run = (exchanges: readonly Exchange[]) => {
    for (const exchange of exchanges) {
      if (exchange.kind === 'gather') {
        const { bytes, borders } = exchange;
        bytes.copyWithin(borders[1], 0, borders[1]);
      } else {
        if (exchange.kind === 'sum') sums.push(exchange);
        exchange.to.set(exchange.from.map((x) => x + x));
      }
    }
  };
  const runAsync = async (exchanges: readonly Exchange[]) => run(exchanges);
  return { rank: 0, size: 2, local: 2, run, runAsync, abandon: () => {}, close: async () => {} };
}

class Training {
  readonly list = SIZES.map((size, i) => new Variable(new Random(3 + i).normals(size), { name: `v${i}` }));
  readonly optimizer: Adamax;

  constructor(make: () => Adamax) {
    this.optimizer = make();
  }

  /** @param times - what gradients are multiplied by */
  pairs(step: number, times: number): [Gradient, Variable][] {
    return this.list.map((variable, i) => {
      return [new Random(100 * step + i).normals(variable.size).map((x) => times * x), variable];
    });
  }

  expectBitsOf(other: Training): void {
    this.list.forEach(({ data }, i) => {
      expectSameBits(data, other.list[i].data, `variable ${i}`);
    });
  }
}

function start(options: OptimizerOptions) {
  const sums: Extract<Exchange, { kind: 'sum' }>[] = [];
  const strategy = new StrategyOn(mirrored(sums));
  const together = new Training(() => strategy.scope(() => new Adamax(options)));
  const alone = new Training(() => new Adamax(options));
  return { sums, together, alone };
}

/** Floats of the memory that large sums went to, of each array once. */
function memoryOf(sums: readonly Extract<Exchange, { kind: 'sum' }>[]): number[] {
  // The first one is of all small gradients.
  return [...new Set(sums.slice(1).map(({ to }) => to.buffer))].map(({ byteLength }) => byteLength / 4);
}

onEveryImplementation('sums of large gradients', () => {
  it('ask no class of an array what a part of it is to be', async () => {
    let isAsked = false;
    class Own extends Float32Array {
      static get [Symbol.species](): never {
        isAsked = true;
        throw new Error('mine');
      }
    }
    for (const options of [{}, { clipnorm: 3 }, { nonFinite: 'throw' }] as const) {
      for (const shardState of [false, true]) {
        const strategy = new StrategyOn(mirrored([]), shardState);
        const [together, alone] = [strategy.scope(() => new Adamax(options)), new Adamax(options)];
        const [p, q] = [new Float32Array(BUCKET + 5), new Float32Array(BUCKET + 5)];
        const [g, doubled] = [new Own(p.length).fill(0.5), new Float32Array(p.length).fill(1)];
        together.applyGradients([[g, p]]);
        await together.applyGradientsAsync([[g, p]]);
        for (let step = 0; step < 2; step++) alone.applyGradients([[doubled, q]]);
        // With sharded state the other one would have stepped the rest.
        expectSameBits(p.subarray(0, 4 * PIECE), q.subarray(0, 4 * PIECE), JSON.stringify({ ...options, shardState }));
        expect([...strategy.reduce('sum', new Own(3).fill(2))]).to.deep.equal([4, 4, 4]);
      }
    }
    expect(isAsked).to.equal(false);
  });

  it('come bucket by bucket into one bucket, and have the bits of one process', () => {
    const { sums, together, alone } = start({});
    for (let step = 0; step < 2; step++) {
      sums.length = 0;
      together.optimizer.applyGradients(together.pairs(step, 1));
      alone.optimizer.applyGradients(alone.pairs(step, 2));
      together.expectBitsOf(alone);
      expect(sums.slice(1).map(({ from, to }) => [from.length, to.length])).to.deep.equal(
        [20_000, BUCKET, BUCKET, BUCKET, PIECE + 5, BUCKET - 1].map((length) => [length, length]),
      );
    }
    expect(memoryOf(sums)).to.deep.equal([BUCKET]);
  });

  it('come into an array of their own where all are summed first, and are not taken for those of a step before', async () => {
    const { sums, together, alone } = start({});
    for (let step = 0; step < 4; step++) {
      sums.length = 0;
      const pairs = together.pairs(step, 1);
      if (step % 2 === 0) together.optimizer.applyGradients(pairs);
      else await together.optimizer.applyGradientsAsync(pairs);
      alone.optimizer.applyGradients(alone.pairs(step, 2));
      together.expectBitsOf(alone);
      if (step % 2 === 1) expect(memoryOf(sums)).to.deep.equal(SIZES.filter(isLarge));
    }
  });

  it('come one variable after another with clipnorm, into the memory of the largest', () => {
    const { sums, together, alone } = start({ clipnorm: 3 });
    for (let step = 0; step < 2; step++) {
      sums.length = 0;
      together.optimizer.applyGradients(together.pairs(step, 1));
      alone.optimizer.applyGradients(alone.pairs(step, 2));
      together.expectBitsOf(alone);
      expect(sums.slice(1).map(({ from }) => from.length)).to.deep.equal(SIZES.filter(isLarge));
    }
    expect(memoryOf(sums)).to.deep.equal([Math.max(...SIZES)]);
  });

  it('are known to lastStep as a whole where they are there as a whole', () => {
    const known = start({ nonFinite: 'throw' });
    known.together.optimizer.applyGradients(known.together.pairs(0, 1));
    known.alone.optimizer.applyGradients(known.alone.pairs(0, 2));
    expect(known.together.optimizer.lastStep?.gradientNorm).to.equal(known.alone.optimizer.lastStep?.gradientNorm);
    const { together } = start({});
    together.optimizer.applyGradients(together.pairs(0, 1));
    expect(together.optimizer.lastStep?.gradientNorm).to.equal(undefined);
    const small = together.pairs(1, 1).filter(([, { size }]) => !isLarge(size));
    together.optimizer.applyGradients(small);
    const squares = small.flatMap(([gradient]) => [...(gradient as Float32Array)].map((x) => (2 * x) ** 2));
    const norm = Math.sqrt(squares.reduce((sum, x) => sum + x, 0));
    expect(together.optimizer.lastStep?.gradientNorm).to.be.closeTo(norm, 1e-9 * norm);
  });
});
