import { Adamax, Variable } from 'adamax';
import {
  getReplicaContext,
  getStrategy,
  hasStrategy,
  MirroredStrategy,
  MultiWorkerMirroredStrategy,
  Strategy,
} from 'adamax/distribute';
import { expect } from 'chai';
import { stepperOf } from '#internals';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { runModule } from '../support/process.js';
import { replicas } from './fake.js';

const hooksOf = (optimizer: Adamax) => stepperOf(optimizer).hooks;

describe('the scope of a strategy', () => {
  const [first, second] = [replicas(2).strategies[1], replicas(3).strategies[0]];

  it('takes optimizers in that are made in it, and no others', () => {
    const before = new Adamax();
    const inside = first.scope(() => new Adamax());
    expect([hooksOf(before), hooksOf(new Adamax())]).to.deep.equal([null, null]);
    expect(hooksOf(inside)).to.not.equal(null);
  });

  it('is the innermost one, also after what it awaits, and until it is left', async () => {
    expect([hasStrategy(), getStrategy().numReplicasInSync]).to.deep.equal([false, 1]);
    const made = await first.scope(async () => {
      expect(getStrategy()).to.equal(first);
      expect(second.scope(() => getStrategy())).to.equal(second);
      await new Promise((resolve) => setImmediate(resolve));
      expect(getStrategy()).to.equal(first);
      expect(getReplicaContext().replicaIdInSyncGroup).to.equal(1);
      expect(getReplicaContext().strategy).to.equal(first);
      return new Adamax();
    });
    expect(hooksOf(made)).to.not.equal(null);
    expect([hasStrategy(), getReplicaContext().numReplicasInSync]).to.deep.equal([false, 1]);
    expect(() =>
      first.scope(() => {
        throw new Error('no');
      }),
    ).to.throw('no');
    expect(hasStrategy()).to.equal(false);
  });

  it('run hands arguments over, and returns what the function returns', () => {
    const seen = first.run((a: number, b: string) => [a, b, getStrategy() === first], [1, 'two']);
    expect(seen).to.deep.equal([1, 'two', true]);
    expect(first.run(() => 7)).to.equal(7);
    for (const args of [5, null, 'ab', {}]) {
      expectError(
        () => first.run(() => 7, args as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^args must be an array: received /,
      );
    }
  });

  it('run refuses more arguments than a call has room for', () => {
    expect(first.run((...all: number[]) => all.length, new Array(65_535).fill(1))).to.equal(65_535);
    for (const length of [65_536, 2 ** 32 - 1]) {
      expectError(
        () => first.run(() => 7, new Array(length) as never),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        new RegExp(`^args must be an array of at most 65535 arguments: received .*${length} of them`),
      );
    }
  });

  it('of one replica changes nothing: no hooks, and values as they are', async () => {
    for (const strategy of [getStrategy(), new MirroredStrategy(), new MultiWorkerMirroredStrategy({ workers: 1 })]) {
      expect([strategy.numReplicasInSync, strategy.replicaIdInSyncGroup]).to.deep.equal([1, 0]);
      const optimizer = strategy.scope(() => new Adamax());
      expect(hooksOf(optimizer)).to.equal(null);
      expect(optimizer.applyGradients([[f32(1), new Variable(f32(1))]])).to.equal(1);
      expect(strategy.reduce('sum', [2, f32(3)])).to.deep.equal([2, f32(3)]);
      expect(await strategy.gatherAsync(f32(1, 2))).to.deep.equal(f32(1, 2));
      strategy.broadcast(optimizer.weights);
      expect(strategy).to.be.instanceOf(Strategy);
    }
  });

  it('refuses what is no function and options that nobody knows', () => {
    expectError(
      () => first.scope(null as never),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^body must be a function: received null$/,
    );
    expectError(() => first.run(class {} as never), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^fn must be a function/);
    const options = { replicas: 2 } as never;
    expectError(() => new MirroredStrategy(options), TypeError, 'ERR_ADAMAX_OPTION', /received 'replicas'$/);
    expectError(() => new MultiWorkerMirroredStrategy(options), TypeError, 'ERR_ADAMAX_OPTION', /received 'replicas'$/);
    const shardState = 1 as never;
    expectError(
      () => new MirroredStrategy({ shardState }),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^shardState must be a boolean/,
    );
  });

  it('refuses a call that blocks while something is under way off the event loop', async () => {
    const { strategies } = replicas(2);
    const flights = strategies.map((strategy) => strategy.reduceAsync('sum', 1));
    expectError(
      () => strategies[0].reduce('sum', 1),
      TypeError,
      'ERR_ADAMAX_BUSY',
      /received a call before it settled$/,
    );
    expect(await Promise.all(flights)).to.deep.equal([2, 2]);
  });

  it('with sharded state refuses to hand out or take a state that is not whole', async () => {
    const { strategies } = replicas(2, true);
    const optimizer = strategies[0].scope(() => new Adamax());
    const must =
      /must be asked of an optimizer that keeps all of its state .*: received 'Adamax', whose state is sharded$/;
    expectError(() => optimizer.getWeights(), TypeError, 'ERR_ADAMAX_STATE', must);
    expectError(() => optimizer.setWeights([]), TypeError, 'ERR_ADAMAX_STATE', must);
  });

  it('warns where a launcher has started several processes, which MirroredStrategy does not connect', () => {
    const program = "import { MirroredStrategy } from 'adamax/distribute'; new MirroredStrategy();";
    const warned = (variables: Record<string, string>) =>
      /\[ADAMAX_ALONE\].*/.exec(runModule(program, variables).stderr)?.[0];
    expect(warned({ OMPI_COMM_WORLD_SIZE: '2' })).to.match(/of 2 as OMPI_COMM_WORLD_SIZE says: each trains by itself$/);
    expect(warned({ OMPI_COMM_WORLD_SIZE: '1' })).to.equal(undefined);
    expect(warned({})).to.equal(undefined);
  });

  it('refuses a time limit that is none, launched or not', () => {
    expectError(() => new MirroredStrategy({ timeoutSeconds: -1 }), RangeError, 'ERR_ADAMAX_ARG_VALUE', /received -1$/);
  });
});
