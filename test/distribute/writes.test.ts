import { Adamax, type Gradient, Variable } from 'adamax';
import { fromBytes, toBytes } from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { replicas } from './fake.js';

interface Replica {
  readonly optimizer: Adamax;
  readonly list: readonly Variable[];
}

const LARGE = 70000;

/** Two replicas that have taken a step by `count` variables, the first of which may be large. */
async function trained({ count = 2, shardState = false, size = 3 } = {}) {
  const { board, strategies } = replicas(2, shardState);
  const all = strategies.map((strategy): Replica => {
    const list = Array.from({ length: count }, (_, i) => new Variable(new Float32Array(i === 0 ? size : 3).fill(i)));
    return { optimizer: strategy.scope(() => new Adamax()), list };
  });
  const step = () =>
    Promise.all(
      all.map(async ({ optimizer, list }) => {
        const pairs = list.map((p): [Gradient, Variable] => [new Float32Array(p.size).fill(1), p]);
        try {
          return { count: await optimizer.applyGradientsAsync(pairs), code: undefined, message: '' };
        } catch (error) {
          const { code, message } = error as Error & { code?: string };
          return { count: undefined, code, message };
        }
      }),
    );
  expect((await step()).map(({ count }) => count)).to.deep.equal([1, 1]);
  return { all, step, board };
}

const NUMBERS =
  /^replicas must agree on the numbers of variables that are new or were written to \(.*broadcast.*: received [0-9a-f]{8} for .* at gradsAndVars\[\d+\]\[1\] of replica 0, and/;
const SLOTS =
  /^replicas must agree on the slots of variables that are new or were written to, or whose slots were.*: received (none|[0-9a-f]{8} for slot '[mv]' of .* at gradsAndVars\[\d+\]\[1\]) of replica 0, and/;

/** What one replica writes, and what all of them are told at the next step. */
const oneSided: readonly (readonly [string, (replica: Replica) => unknown, RegExp])[] = [
  ['assigns to a variable', ({ list: [p] }) => p.assign([1, 2, 3]), NUMBERS],
  ['gives a variable other memory', ({ list: [p] }) => p.rebind(f32(1, 2, 3)), NUMBERS],
  ['assigns to a slot', ({ optimizer, list: [p] }) => optimizer.getSlot(p, 'v').assign([7, 8, 9]), SLOTS],
  [
    'sets the state',
    ({ optimizer }) =>
      optimizer.setWeights(optimizer.getWeights().map((w, i) => (i === 0 ? w : { ...w, data: f32(7, 8, 9) }))),
    SLOTS,
  ],
  ['drops the slots of a variable', ({ optimizer, list: [p] }) => optimizer.release([p]), SLOTS],
  [
    'loads a state that another has not',
    ({ optimizer, list }) => {
      const other = new Adamax();
      other.build([...list]);
      other.iterations.assign(optimizer.iterations.item());
      const variables = [...list];
      fromBytes(toBytes({ optimizer: other, variables }), { optimizer, variables });
    },
    SLOTS,
  ],
];

describe('numbers that one replica writes between steps', () => {
  for (const [title, write, message] of oneSided) {
    it(`are found at the next step, which is refused in all: one ${title}`, async () => {
      const { all, step } = await trained();
      write(all[1]);
      const before = all.map(({ list }) => list.map(({ data }) => data.slice()));
      for (let again = 0; again < 2; again++) {
        const [first, second] = await step();
        expect([first.code, second.code], second.message).to.deep.equal(['ERR_ADAMAX_REPLICA', 'ERR_ADAMAX_REPLICA']);
        expect(first.message).to.match(message).and.to.equal(second.message);
      }
      all.forEach(({ list }, rank) => {
        list.forEach(({ data }, i) => {
          expectSameBits(data, before[rank][i], `replica ${rank}, variable ${i}`);
        });
      });
      for (const replica of all) write(replica);
      expect((await step()).map(({ count }) => count)).to.deep.equal([2, 2]);
    });
  }

  it('may be those that the others have', async () => {
    const { all, step } = await trained();
    const [p] = all[1].list;
    p.assign(p.data.slice());
    p.rebind(p.data.slice());
    all[1].optimizer.setWeights(all[1].optimizer.getWeights());
    expect((await step()).map(({ count }) => count)).to.deep.equal([2, 2]);
  });

  it('may be told to all', async () => {
    const { board, strategies } = replicas(2);
    void board;
    const all = strategies.map((strategy) => ({
      strategy,
      optimizer: strategy.scope(() => new Adamax()),
      p: new Variable(f32(1, 2)),
    }));
    const step = () => Promise.all(all.map(({ optimizer, p }) => optimizer.applyGradientsAsync([[f32(1, 1), p]])));
    await step();
    all[1].p.assign([5, 6]);
    all[1].optimizer.getSlot(all[1].p, 'm').assign([7, 8]);
    await Promise.all(
      all.map(({ strategy, optimizer, p }) => strategy.broadcastAsync([p, ...optimizer.weights], { root: 1 })),
    );
    expect(await step()).to.deep.equal([2, 2]);
    expectSameBits(all[0].p.data, all[1].p.data, 'p');
  });

  it('are compared once: a step that comes after none exchanges as much as ever', async () => {
    const { all, step, board } = await trained();
    const exchanged = async () => {
      const before = board.log.length;
      expect((await step()).map(({ code }) => code)).to.deep.equal([undefined, undefined]);
      return board.log.length - before;
    };
    const plain = await exchanged();
    for (const { list } of all) list[1].assign([4, 5, 6]);
    new Variable(f32(1)).assign(2);
    expect([await exchanged(), await exchanged(), await exchanged()]).to.deep.equal([plain + 1, plain, plain]);
  });

  it('are found whichever variable it is, of however many', async () => {
    for (const wrong of [0, 51, 52, 107]) {
      const { all, step } = await trained({ count: 108 });
      all[1].list[wrong].assign([1, 2, 3]);
      const [{ message }] = await step();
      expect(message).to.match(NUMBERS);
      all[1].list[wrong].assign(all[0].list[wrong].data);
      expect((await step()).map(({ count }) => count)).to.deep.equal([2, 2]);
    }
  });

  it('with sharded state: numbers, and slots that all keep whole; of others each has its part only', async () => {
    const { all, step } = await trained({ shardState: true, size: LARGE });
    const [{ optimizer, list }] = all;
    for (const p of all[1].list) p.assign(p.data.slice());
    expect((await step()).map(({ count }) => count)).to.deep.equal([2, 2]);
    optimizer.getSlot(list[1], 'm').assign([1, 2, 3]);
    expect((await step())[0].message).to.match(SLOTS);
    for (const { optimizer, list } of all) optimizer.getSlot(list[1], 'm').assign([1, 2, 3]);
    expect((await step()).map(({ count }) => count)).to.deep.equal([3, 3]);
    list[0].assign(list[0].data.map((x, i) => (i === LARGE - 1 ? x + 1 : x)));
    expect((await step())[1].message).to.match(NUMBERS);
  });

  it('are found before the first step, too, where they are a slot', async () => {
    const all = replicas(2).strategies.map((strategy) => ({
      optimizer: strategy.scope(() => new Adamax()),
      p: new Variable(f32(1, 2)),
    }));
    all[1].optimizer.addSlot(all[1].p, 'm', 'ones');
    const codes = await Promise.all(
      all.map(({ optimizer, p }) => optimizer.applyGradientsAsync([[f32(1, 1), p]]).catch(({ message }) => message)),
    );
    for (const message of codes) expect(message).to.match(SLOTS);
  });
});
