import { Adamax, type Gradient, IndexedSlices, Variable } from 'adamax';
import type { ReduceOp, Strategy } from 'adamax/distribute';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { replicas, treeSum } from './fake.js';

/** What each of so many replicas gets. */
function each<T>(size: number, body: (strategy: Strategy, rank: number) => Promise<T>): Promise<T[]> {
  return Promise.all(replicas(size).strategies.map(body));
}

const messageOf = (error: Error) => error.message;

function withoutMemory(): Variable {
  const p = new Variable(f32(1, 2));
  structuredClone(null, { transfer: [p.data.buffer as ArrayBuffer] });
  return p;
}

function holdingItself(): never {
  const within: unknown[] = [];
  const value = [1, within];
  within.push(value);
  return value as never;
}

/** A number within so many arrays. */
function nested(depth: number, number = 1): never {
  let value: unknown = number;
  for (let i = 0; i < depth; i++) value = [value];
  return value as never;
}

describe('values of replicas', () => {
  it('reduce: numbers in float64, arrays by the tree, in the shape that they came in', async () => {
    for (const size of [1, 2, 3, 4]) {
      const parts = Array.from({ length: size }, (_, r) => f32(0.1 * (r + 1), 1e8, -r));
      const all = await each(size, (strategy, rank) => strategy.reduceAsync('sum', [0.1 + rank, [parts[rank], 1]]));
      for (const [number, [array, one]] of all as [number, [Float32Array, number]][]) {
        expect(number).to.be.closeTo(0.1 * size + (size * (size - 1)) / 2, 1e-12);
        expectSameBits(array, treeSum(parts), `${size} replicas`);
        expect(one).to.equal(size);
      }
      expectSameBits(parts[0], f32(0.1, 1e8, -0), 'what was handed over');
    }
  });

  it('reduce: the mean divides by the number of replicas, in either case', async () => {
    for (const op of ['mean', 'MEAN'] as ReduceOp[]) {
      const all = await each(4, (strategy, rank) => strategy.reduceAsync(op, [rank, f32(rank, 2)] as const));
      expect(all).to.deep.equal(all.map(() => [1.5, f32(1.5, 2)]));
    }
    expect(await each(2, (strategy, rank) => strategy.reduceAsync('SUM', rank))).to.deep.equal([1, 1]);
  });

  it('reduce: sparse gradients stay sparse, those of one replica behind those of the one before', async () => {
    const own = [
      new IndexedSlices(f32(1, 2), [3]),
      new IndexedSlices(f32(), []),
      new IndexedSlices(f32(5, 6, 7, 8), [0, 3]),
    ];
    const all = await each(3, (strategy, rank) => strategy.reduceAsync('sum', own[rank]));
    for (const { values, indices } of all) {
      expect([[...values], [...indices]]).to.deep.equal([
        [1, 2, 5, 6, 7, 8],
        [3, 0, 3],
      ]);
    }
    const lengths = await each(2, (strategy, rank) =>
      strategy.reduceAsync('sum', new IndexedSlices(new Float32Array(2 + rank), [0])).catch((error) => error.code),
    );
    expect(lengths).to.deep.equal(['ERR_ADAMAX_LENGTH', 'ERR_ADAMAX_LENGTH']);
  });

  it('gather: arrays of different lengths, one behind another', async () => {
    const all = await each(3, (strategy, rank) => strategy.gatherAsync(new Float32Array(rank).fill(rank)));
    for (const array of all) expect([...array]).to.deep.equal([1, 2, 2]);
  });

  it('broadcast: the numbers of one replica, of any dtype', async () => {
    const all = await each(2, async (strategy, rank) => {
      const p = new Variable(f32(rank, rank + 1));
      const count = new Variable(BigInt64Array.of(BigInt(rank + 5)), { shape: [] });
      const half = new Variable(Uint16Array.of(rank + 7));
      await strategy.broadcastAsync([p, count]);
      await strategy.broadcastAsync([half], { root: 1 });
      return [p.data[0], p.data[1], count.data[0], half.data[0]];
    });
    expect(all).to.deep.equal([
      [0, 1, 5n, 8],
      [0, 1, 5n, 8],
    ]);
  });

  it('refuse what cannot be exchanged, in every replica, with the code of the reason where all have it', async () => {
    const bad: [string, (strategy: Strategy) => Promise<unknown>][] = [
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.reduceAsync('sum', null as never)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.reduceAsync('sum', [new Float64Array(1)] as never)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.reduceAsync('sum', new Array(1))],
      ['ERR_ADAMAX_ARG_VALUE', (strategy) => strategy.reduceAsync('max' as never, 1)],
      ['ERR_ADAMAX_ARG_VALUE', (strategy) => strategy.reduceAsync('sum', holdingItself())],
      ['ERR_ADAMAX_ARG_VALUE', (strategy) => strategy.reduceAsync('sum', nested(65))],
      ['ERR_ADAMAX_ARG_VALUE', (strategy) => strategy.reduceAsync('sum', nested(100_000))],
      ['ERR_ADAMAX_DETACHED', (strategy) => strategy.broadcastAsync([withoutMemory()])],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.reduceAsync(1 as never, 1)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.gatherAsync([1] as never)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.gatherAsync(f32(1), 1)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.broadcastAsync(f32(1) as never)],
      ['ERR_ADAMAX_ARG_TYPE', (strategy) => strategy.broadcastAsync(null as never)],
      ['ERR_ADAMAX_ARG_VALUE', (strategy) => strategy.broadcastAsync([], { root: 2 })],
      ['ERR_ADAMAX_OPTION', (strategy) => strategy.broadcastAsync([], { rank: 0 } as never)],
    ];
    for (const [code, call] of bad) {
      const codes = await each(2, (strategy) =>
        call(strategy).then(
          () => 'nothing',
          (error) => error.code,
        ),
      );
      expect(codes, String(call)).to.deep.equal([code, code]);
    }
  });

  it('reduce: arrays within arrays, of which one may come twice, and none within itself', async () => {
    const one = [1];
    expect(await each(2, (strategy) => strategy.reduceAsync('sum', [one, [one]]))).to.deep.equal([
      [[2], [[2]]],
      [[2], [[2]]],
    ]);
    expect(await each(2, (strategy) => strategy.reduceAsync('sum', nested(64)))).to.deep.equal(
      [1, 2].map(() => nested(64, 2)),
    );
    const messages = await each(2, (strategy) => strategy.reduceAsync('sum', holdingItself()).catch(messageOf));
    for (const message of messages) {
      expect(message).to.match(/^value\[1\]\[0\] must be another array than those that hold it: received \[/);
    }
  });

  it('reduce: what an array gives is read once', async () => {
    const odd = () => {
      let reads = 0;
      const get = () => (reads++ === 0 ? [1, 2] : 1);
      return Object.defineProperty([0], 0, { get });
    };
    expect(await each(2, (strategy) => strategy.reduceAsync('sum', odd() as never))).to.deep.equal([
      [[2, 4]],
      [[2, 4]],
    ]);
  });

  it('broadcast: variables whose memory has gone in one replica are refused in all', async () => {
    const all = await each(2, async (strategy, rank) => {
      const p = rank === 1 ? withoutMemory() : new Variable(f32(1, 2));
      const message = await strategy.broadcastAsync([new Variable(f32(1)), p]).catch(messageOf);
      return [message, await strategy.reduceAsync('sum', 1)];
    });
    for (const [message, sum] of all) {
      expect(message).to.match(
        /part in broadcast: received an error of replica 1: variables\[1\] must be .* live memory/,
      );
      expect(sum).to.equal(2);
    }
  });

  it('broadcast: memory that goes once all have agreed ends what they have begun', async () => {
    const { strategies } = replicas(2);
    const variables = strategies.map(() => new Variable(f32(1, 2)));
    const begun = strategies.map((strategy, k) => strategy.broadcastAsync([variables[k]]).catch(messageOf));
    await Promise.resolve();
    await Promise.resolve();
    structuredClone(null, { transfer: [variables[1].data.buffer as ArrayBuffer] });
    const [first, second] = await Promise.all(begun);
    expect(first).to.match(/^broadcast must be done by every replica .* an error in replica 1 in the middle of it$/);
    expect(second).to.match(/^variables\[0\] must be a view on live memory/);
  });

  it('summed by the caller are stepped as they are', async () => {
    const trained = async (byHand: boolean) =>
      await each(2, async (strategy, rank) => {
        const [p, optimizer] = [new Variable(f32(1, 2)), strategy.scope(() => new Adamax())];
        const gradient = f32(rank + 1, -3);
        if (!byHand) await optimizer.applyGradientsAsync([[gradient, p]]);
        else {
          const summed = await strategy.replicaContext.allReduceAsync('sum', [gradient]);
          const pairs = summed.map((sum): [Gradient, Variable] => [sum, p]);
          await optimizer.applyGradientsAsync(pairs, { experimentalAggregateGradients: false });
        }
        return [...p.data];
      });
    expect(await trained(true)).to.deep.equal(await trained(false));
  });
});
