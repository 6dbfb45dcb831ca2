import { Adamax, Variable } from 'adamax';
import { save } from 'adamax/checkpoint';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { replicas, type StrategyOn } from './fake.js';

interface Replica {
  readonly strategy: StrategyOn;
  readonly optimizer: Adamax;
  readonly other: Adamax;
  readonly p: Variable;
  step(): Promise<number>;
}

function start(): Replica[] {
  return replicas(2).strategies.map((strategy) => {
    const [optimizer, other] = strategy.scope(() => [new Adamax({ learningRate: 1 }), new Adamax()]);
    const p = new Variable(f32(1, 2), { name: 'p' });
    return { strategy, optimizer, other, p, step: () => optimizer.applyGradientsAsync([[f32(1, 1), p]]) };
  });
}

const codeOf = (error: unknown) => (error as { code?: string }).code;

/** What a promise rejects with; `silence` where it does not settle. */
function endOf(promise: Promise<unknown>): Promise<unknown> {
  const silence = new Promise((resolve) => setTimeout(resolve, 2000, 'silence'));
  return Promise.race([
    promise.then(
      () => 'success',
      (error) => error,
    ),
    silence,
  ]);
}

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

const q = () => new Variable(f32(1));

/** Calls that block, and the same off the event loop. */
const CALLS: readonly (readonly [string, (replica: Replica) => unknown, (replica: Replica) => Promise<unknown>])[] = [
  ['a step', ({ optimizer, p }) => optimizer.applyGradients([[f32(1, 1), p]]), ({ step }) => step()],
  [
    'a step of another optimizer',
    ({ other }) => other.applyGradients([[f32(1), q()]]),
    ({ other }) => other.applyGradientsAsync([[f32(1), q()]]),
  ],
  ['reduce', ({ strategy }) => strategy.reduce('sum', 1), ({ strategy }) => strategy.reduceAsync('sum', 1)],
  ['gather', ({ strategy }) => strategy.gather(f32(1)), ({ strategy }) => strategy.gatherAsync(f32(1))],
  ['broadcast', ({ strategy }) => strategy.broadcast([]), ({ strategy }) => strategy.broadcastAsync([])],
  ['build', ({ optimizer, p }) => optimizer.build([p]), ({ strategy }) => strategy.broadcastAsync([])],
  ['build by another optimizer', ({ other }) => other.build([q()]), ({ strategy }) => strategy.broadcastAsync([])],
  [
    'save of the optimizer that steps',
    ({ optimizer }) => save('nowhere.safetensors', { optimizer, variables: [] }),
    ({ strategy }) => strategy.broadcastAsync([]),
  ],
  [
    'save',
    ({ other }) => save('nowhere.safetensors', { optimizer: other, variables: [] }),
    ({ strategy }) => strategy.broadcastAsync([]),
  ],
];

describe('a call that one replica refuses, since something is under way there', () => {
  for (const [title, call, twin] of CALLS) {
    it(`is heard of by the others, which wait for it no more: ${title}`, async () => {
      const all = start();
      const [first, second] = all.map(({ step }) => step());
      const busy = thrownBy(() => call(all[1]));
      expect(codeOf(busy), String(busy)).to.equal('ERR_ADAMAX_BUSY');
      expect(await first).to.equal(1);
      const told = await endOf(twin(all[0]));
      expect(codeOf(told), String(told)).to.equal('ERR_ADAMAX_REPLICA');
      expect((told as Error).message).to.match(/received an error of replica 1: .* must wait for the promise of /);
      expect(await second).to.equal(1);
      expect(await Promise.all(all.map(({ step }) => step()))).to.deep.equal([2, 2]);
      expect(all[0].p.data).to.deep.equal(all[1].p.data);
    });
  }

  it('is refused alike in all of them where it may wait: a step off the event loop', async () => {
    const all = start();
    const [first, second] = all.map(({ step }) => step());
    const early = endOf(all[1].step());
    expect(await first).to.equal(1);
    const [told, own] = [await endOf(all[0].step()), await early];
    expect([told, own].map(codeOf)).to.deep.equal(['ERR_ADAMAX_REPLICA', 'ERR_ADAMAX_REPLICA']);
    expect((told as Error).message).to.match(/error of replica 1: applyGradientsAsync must wait for the promise of/);
    expect((own as Error).message).to.equal((told as Error).message);
    expect(codeOf((own as Error).cause)).to.equal('ERR_ADAMAX_BUSY');
    expect(await second).to.equal(1);
    expect(await Promise.all(all.map(({ step }) => step()))).to.deep.equal([2, 2]);
  });

  it('is refused by its own error where all of them refuse it', async () => {
    const all = start();
    const first = all.map(({ step }) => step());
    const early = await Promise.all(all.map(({ step }) => endOf(step())));
    expect(early.map(codeOf)).to.deep.equal(['ERR_ADAMAX_BUSY', 'ERR_ADAMAX_BUSY']);
    expect(await Promise.all(first)).to.deep.equal([1, 1]);
    expect(await Promise.all(all.map(({ step }) => step()))).to.deep.equal([2, 2]);
  });

  it('is nobody else’s business where code that a call runs has made it', async () => {
    const all = start();
    for (const { optimizer, p } of all) {
      optimizer.learningRate = () => {
        expect(codeOf(thrownBy(() => optimizer.applyGradients([[f32(1, 1), p]])))).to.equal('ERR_ADAMAX_BUSY');
        return 1;
      };
    }
    expect(await Promise.all(all.map(({ step }) => step()))).to.deep.equal([1, 1]);
    expect(await Promise.all(all.map(({ strategy }) => strategy.reduceAsync('sum', 1)))).to.deep.equal([2, 2]);
  });
});
