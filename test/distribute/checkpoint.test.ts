import { closeSync, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Adamax, type OptimizerOptions } from 'adamax';
import {
  CheckpointManager,
  fingerprint,
  inspect,
  load,
  loadAsync,
  type SaveOptions,
  save,
  saveAsync,
  toBytes,
} from 'adamax/checkpoint';
import { expect } from 'chai';
import { expectSameBits, f32 } from '../support/data.js';
import { inOwnFolder } from '../support/folder.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';
import { type Board, replicas } from './fake.js';
import { stepTogether, Training } from './saved-training.js';

function trainings(size: number, shardState: boolean, options: OptimizerOptions = {}) {
  const { board, strategies } = replicas(size, shardState);
  return { board, strategies, all: strategies.map((strategy) => new Training(strategy, options)) };
}

const equal = (a: ArrayBufferView, b: ArrayBufferView) => Buffer.compare(bytesOf(a), bytesOf(b)) === 0;

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** What each of several promises rejects with; undefined where it does not. */
async function errorsOf(promises: readonly Promise<unknown>[]): Promise<(Error & { code?: string })[]> {
  return await Promise.all(
    promises.map((promise) =>
      promise.then(
        () => undefined as never,
        (error) => error,
      ),
    ),
  );
}

async function sizeOf(board: Board, action: () => Promise<unknown>): Promise<number> {
  const before = board.log.length;
  await action();
  return board.log.length - before;
}

onEveryImplementation('saving by replicas', () => {
  const at = inOwnFolder();

  for (const slotDtype of ['float32', 'bfloat16'] as const) {
    for (const shardState of [false, true]) {
      for (const size of [1, 2, 4]) {
        const what = `${size} of them, ${slotDtype}${shardState ? ', sharded' : ''}`;
        it(`writes the bytes of one process, and loads into replicas: ${what}`, async () => {
          const alone = new Training(null, { slotDtype }).step(2);
          const expected = toBytes(alone.content);
          const { board, all } = trainings(size, shardState, { slotDtype });
          await stepTogether(all, 2);
          const exchanges = await sizeOf(board, () => {
            return Promise.all(all.map(({ content }, rank) => saveAsync(at(`${rank}`), content)));
          });
          expect(equal(readFileSync(at('0')), expected)).to.equal(true);
          expect(readdirSync(dirname(at('0'))), 'the first replica alone writes').to.deep.equal(['0']);
          // That they agree, the outcome and what the first one says are exchanged; pieces only where they are shared.
          if (size === 1) expect(exchanges).to.equal(0);
          else if (!shardState) expect(exchanges).to.equal(3);
          else expect(exchanges, 'pieces').to.be.greaterThan(3 + 2 + 2);

          const other = trainings(size, shardState, { slotDtype });
          await Promise.all(other.all.map(({ content }) => loadAsync(at('0'), content)));
          other.all.forEach((training, rank) => {
            training.list.forEach(({ data }, i) => {
              expectSameBits(data, alone.list[i].data, `variable ${i} of replica ${rank}`);
            });
            training.slots().forEach((slot, i) => {
              // What was loaded is what the same replica had, zeros where it keeps nothing.
              const own = all[rank].slots()[i];
              expect(equal(slot, own), `slot ${i}`).to.equal(true);
            });
          });
        });
      }
    }
  }
});

describe('a training of replicas', () => {
  const at = inOwnFolder();

  const counts: [number, boolean][] = [
    [1, false],
    [2, false],
    [2, true],
    [4, true],
  ];
  for (const [from, fromSharded] of counts) {
    for (const [to, toSharded] of counts) {
      const name = (size: number, sharded: boolean) => `${size}${sharded ? ' sharded' : ''}`;
      it(`goes on as if nothing had been: ${name(from, fromSharded)} to ${name(to, toSharded)}`, async () => {
        const first = trainings(from, fromSharded).all;
        await stepTogether(first, 3);
        await Promise.all(first.map(({ content }) => saveAsync(at('saved'), content)));
        const second = trainings(to, toSharded).all;
        for (const { content } of second) expect(load(at('saved'), content).step).to.equal(3);
        await stepTogether(second, 3);
        await Promise.all(second.map(({ content }) => saveAsync(at('end'), content)));
        expect(equal(readFileSync(at('end')), toBytes(new Training(null).step(6).content))).to.equal(true);
      });
    }
  }

  for (const [title, by] of Object.entries({ load, loadAsync })) {
    it(`${title} writes its own part of slots that are there, and nothing else of them`, async () => {
      save(at('saved'), new Training(null).step(5).content);
      const whole = new Training(null).step(5).slots();
      const { all } = trainings(2, true);
      await stepTogether(all, 1);
      // A mark where another replica keeps the numbers.
      for (const { optimizer, list } of all) {
        for (const name of optimizer.getSlotNames()) {
          const { data } = optimizer.getSlot(list[2], name);
          for (let k = 0; k < data.length; k++) if (data[k] === 0) data[k] = -7;
        }
      }
      const before = all.map((training) => training.slots().map((slot) => slot.slice()));
      for (const verify of [true, false]) {
        await Promise.all(all.map(({ content }) => by(at('saved'), { ...content, verify })));
        all.forEach((training, rank) => {
          training.slots().forEach((slot, i) => {
            const own = before[rank][i];
            const isOther = (k: number) => own[k] === -7 || (own[k] === 0 && whole[i][k] !== 0 && slot[k] === 0);
            expectSameBits(
              slot,
              own.map((x, k) => (isOther(k) ? x : whole[i][k])),
              `slot ${i} of replica ${rank}`,
            );
          });
        });
        const others = all.map((training) => training.slots()[2].filter((x) => x === -7).length);
        expect(others.reduce((a, b) => a + b)).to.be.within(3 * 65_536, 3 * 65_536 + 10);
      }
      // Where replica 0 keeps nothing, replica 1 does: together they have all.
      const [a, b] = all.map((training) => training.slots()[2]);
      expectSameBits(
        a.map((x, k) => (x === -7 ? b[k] : x)),
        whole[2],
        'both parts',
      );
    });
  }

  it('has the fingerprint of the whole in its file, which needs nobody where nothing is sharded', async () => {
    const expected = fingerprint(new Training(null).step(2).content);
    const sharded = trainings(4, true).all;
    await stepTogether(sharded, 2);
    await Promise.all(sharded.map(({ content }) => saveAsync(at('saved'), content)));
    expect(inspect(at('saved')).fingerprint).to.equal(expected);
    const { board, all } = trainings(2, false);
    await stepTogether(all, 2);
    const exchanges = await sizeOf(board, async () => {
      for (const { content } of all) {
        expect(fingerprint(content)).to.equal(expected);
        expect(equal(toBytes(content), readFileSync(at('saved')))).to.equal(true);
      }
    });
    expect(exchanges).to.equal(0);
  });

  it('takes several optimizers of one strategy, slots of the caller, and tensors of his own', async () => {
    const build = (made: <T>(body: () => T) => T) => {
      const [a, b] = [0, 1].map((i) => new Training(null).list[i + 1]);
      const optimizers = made(() => ({ a: new Adamax(), b: new Adamax({ learningRate: 0.5 }) }));
      const mine = optimizers.a.addSlot(a, 'mine');
      mine.assign(mine.data.map((_, k) => k % 17));
      return { optimizers, variables: [a, b], extra: { rows: Int32Array.of(1, 2), epoch: 3 } };
    };
    const stepped = ({ optimizers, variables: [a, b] }: ReturnType<typeof build>, share: number) => [
      () => optimizers.a.applyGradientsAsync([[a.data.map((x) => x / share), a]]),
      () => optimizers.b.applyGradientsAsync([[b.data.map((x) => x / share), b]]),
    ];
    const alone = build((body) => body());
    for (const step of stepped(alone, 1)) await step();
    const all = replicas(2, true).strategies.map((strategy) => build((body) => strategy.scope(body)));
    for (const k of [0, 1]) await Promise.all(all.map((one) => stepped(one, 2)[k]()));
    await Promise.all(
      all.map((one, rank) => saveAsync(at('saved'), { ...one, extra: { ...one.extra, epoch: 3 + rank } })),
    );
    expect(equal(readFileSync(at('saved')), toBytes(alone))).to.equal(true);
  });

  it('is of the moment of the call, whatever comes before it is written', async () => {
    const expected = toBytes(new Training(null).step(1).content);
    const { all, strategies } = trainings(2, true);
    await stepTogether(all, 1);
    const saved = ['saved', 'again'].flatMap((name) => all.map(({ content }) => saveAsync(at(name), content)));
    const order: string[] = [];
    for (const promise of saved) void promise.then(() => order.push('saved'));
    const steps = all.map((training) => training.stepAsync().then(() => order.push('stepped')));
    for (const { optimizer, list } of all) {
      for (const name of optimizer.getSlotNames())
        optimizer.getSlot(list[1], name).assign(new Float32Array(70_001).fill(9));
    }
    expect(() => strategies[0].reduce('sum', 1), 'what blocks').to.throw(/^reduce must wait for the promise of/);
    for (const { content } of all) {
      expect(() => save(at('other'), content), 'what blocks').to.throw(/^save must wait for the promise of/);
    }
    await Promise.all([...saved, ...steps]);
    expect(order).to.deep.equal([...Array(4).fill('saved'), 'stepped', 'stepped']);
    expect(equal(readFileSync(at('again')), expected), 'a second one at once').to.equal(true);
    expect(equal(readFileSync(at('saved')), expected)).to.equal(true);
  });
});

interface Failure {
  readonly title: string;
  readonly options: (training: Training) => object;
  readonly message: RegExp;
  /** Where it comes from, if not a bare error of the options. */
  readonly path?: string;
  /** The code of the cause, where it has one. */
  readonly code?: string;
  /** Which replicas it may happen in. */
  readonly ranks?: readonly number[];
}

/** The file that is being written. */
function closeFile(name: string): void {
  for (const fd of readdirSync('/proc/self/fd')) {
    const target = existsSync(`/proc/self/fd/${fd}`) ? readlinkSync(`/proc/self/fd/${fd}`) : '';
    if (target.startsWith(name)) closeSync(Number(fd));
  }
}

const FAILURES: readonly Failure[] = [
  {
    title: 'an option that nobody knows',
    options: () => ({ progres: null }),
    message: /progres/,
    code: 'ERR_ADAMAX_OPTION',
  },
  {
    title: 'a progress that is no function',
    options: () => ({ progress: 1 }),
    message: /progress must be a function/,
    code: 'ERR_ADAMAX_ARG_TYPE',
  },
  {
    title: 'keys that throw',
    options: () => ({
      keys: () => {
        throw new Error('no key');
      },
    }),
    message: /no key/,
  },
  {
    title: 'an array that has gone',
    options: () => {
      const rows = f32(1, 2);
      detach(rows);
      return { extra: { rows } };
    },
    message: /extra\.rows must be a view on live memory/,
    code: 'ERR_ADAMAX_DETACHED',
  },
  {
    title: 'a progress that throws in the midst of it',
    options: () => ({
      progress: (done: number) => {
        if (done > 100_000) throw new Error('enough');
      },
    }),
    message: /enough/,
    ranks: [0],
  },
  {
    title: 'a folder that is not there',
    options: () => ({}),
    path: 'none/saved',
    message: /must be a file that can be written/,
    code: 'ERR_ADAMAX_FILE',
    ranks: [0],
  },
];

describe('a save that fails in one replica', () => {
  const at = inOwnFolder();

  /** Each failure in each replica it may happen in, of sharded state and of other. */
  const cases = FAILURES.flatMap((failure) => {
    return [true, false].flatMap((shardState) =>
      (failure.ranks ?? [0, 1]).map((rank) => ({ ...failure, shardState, rank })),
    );
  });
  for (const { title, options, message, path = 'saved', code, shardState, rank } of cases) {
    it(`fails in all: ${title}, in replica ${rank}${shardState ? ', sharded' : ''}`, async () => {
      const { all } = trainings(2, shardState);
      await stepTogether(all, 1);
      await Promise.all(all.map(({ content }) => saveAsync(at('saved'), content)));
      const before = readFileSync(at('saved'));
      await stepTogether(all, 1);
      const errors = await errorsOf(
        all.map((training, r) => {
          const given = { ...training.content, ...(r === rank ? options(training) : {}) };
          return saveAsync(at(r === rank ? path : 'saved'), given as SaveOptions);
        }),
      );
      for (const error of errors) {
        expect(error).to.be.an.instanceOf(Error).and.include({ code: 'ERR_ADAMAX_REPLICA' });
        expect(error.message)
          .to.match(message)
          .and.match(new RegExp(`received an error of replica ${rank}: `));
      }
      const causes = errors.map(({ cause }) => cause as { code?: string } | undefined);
      expect(causes.map((cause) => cause !== undefined)).to.deep.equal([0, 1].map((r) => r === rank));
      expect(causes[rank]?.code).to.equal(code);
      expect(equal(readFileSync(at('saved')), before), 'the old file stays').to.equal(true);
      expect(readdirSync(dirname(at('saved')))).to.deep.equal(['saved']);
      // Nothing is held, and the replicas still meet.
      await Promise.all(all.map(({ content }) => saveAsync(at('saved'), content)));
      expect(equal(readFileSync(at('saved')), toBytes(new Training(null).step(2).content))).to.equal(true);
    });
  }

  it('fails in all: a disk that takes no more', async function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    const { all } = trainings(2, true);
    await stepTogether(all, 1);
    let isClosed = false;
    const progress = (done: number) => {
      if (done < 100_000 || isClosed) return;
      isClosed = true;
      closeFile(at('saved'));
    };
    const errors = await errorsOf(all.map(({ content }) => saveAsync(at('saved'), { ...content, progress })));
    expect(isClosed).to.equal(true);
    for (const error of errors) {
      expect(error).to.include({ code: 'ERR_ADAMAX_REPLICA' });
      expect(error.message).to.match(/an error of replica 0: .*must be a file that can be written: .*EBADF/);
    }
    expect(readdirSync(dirname(at('saved')))).to.deep.equal([]);
  });

  it('leaves no file whose numbers are not all there: memory of a slot that has gone', async () => {
    for (const rank of [0, 1]) {
      const { all } = trainings(2, true);
      await stepTogether(all, 1);
      const errors = await errorsOf(
        all.map(({ optimizer, content, list }, r) => {
          const promise = saveAsync(at('saved'), content);
          if (r === rank) detach(optimizer.getSlot(list[2], 'm').data as Float32Array);
          return promise;
        }),
      );
      for (const error of errors) {
        expect(error).to.include({ code: 'ERR_ADAMAX_REPLICA' });
        expect(error.message).to.match(/received an error of replica \d: 'slots\/v2\/m' must be .*detached/);
      }
      expect(readdirSync(dirname(at('saved')))).to.deep.equal([]);
    }
  });

  it('throws its own error where all have the same', async () => {
    const { all } = trainings(2, true);
    const errors = await errorsOf(
      all.map(({ content }) => saveAsync('', { ...content, extra: { f: () => {} } } as never)),
    );
    for (const error of errors) expect(error).to.include({ code: 'ERR_ADAMAX_ARG_TYPE' });
  });

  it('says so where they would save different tensors', async () => {
    const { all } = trainings(2, true);
    const errors = await errorsOf(
      all.map(({ content }, rank) => saveAsync(at('saved'), { ...content, extra: rank === 0 ? {} : { rows: f32(1) } })),
    );
    for (const error of errors) {
      expect(error).to.include({ code: 'ERR_ADAMAX_REPLICA' });
      expect(error.message).to.match(
        /agree on the tensors and their order in save: received 5 tensors \(iterations I64/,
      );
      expect(error.message).to.match(/and 6 tensors \(.* of replica 1$/);
    }
  });

  it('refuses optimizers that do not belong together', async () => {
    const [
      {
        strategies: [first],
      },
      {
        strategies: [second],
      },
    ] = [replicas(2, true), replicas(2, true)];
    const make = () => new Adamax();
    const mixed = [
      { a: first.scope(make), b: second.scope(make) },
      { a: first.scope(make), b: make() },
      { a: make(), b: first.scope(make) },
    ];
    for (const optimizers of mixed) {
      const both = replicas(2, true).strategies;
      const mine = both.map((strategy) => ({ ...optimizers, a: strategy.scope(make) }));
      const errors = await errorsOf(mine.map((one) => saveAsync(at('saved'), { optimizers: one })));
      for (const error of errors) {
        expect(error).to.be.an.instanceOf(RangeError).and.include({ code: 'ERR_ADAMAX_ARG_VALUE' });
        expect(error.message).to.match(/^optimizers must be all made within one strategy, .*: received 'a and b'$/);
      }
    }
    expect(existsSync(at('saved'))).to.equal(false);
  });

  it('may be a load, which concerns nobody else', async () => {
    const { all } = trainings(2, true);
    await stepTogether(all, 1);
    await Promise.all(all.map(({ content }) => saveAsync(at('saved'), content)));
    expect(() => load(at('none'), all[1].content)).to.throw(/must be a file that can be read/);
    load(at('saved'), all[0].content);
    await stepTogether(all, 1);
  });
});

describe('managers of replicas', () => {
  const at = inOwnFolder();

  it('save where the first one has its folder, and all have its path', async () => {
    const { all } = trainings(2, true);
    const managers = all.map((_, rank) => new CheckpointManager({ folder: at(`folder ${rank}`), every: 2, keep: 2 }));
    const saved: (string | null)[] = [];
    for (let k = 1; k <= 7; k++) {
      await stepTogether(all, 1);
      const paths = await Promise.all(managers.map((manager, rank) => manager.saveIfDueAsync(all[rank].content)));
      expect(paths[1]).to.equal(paths[0]);
      saved.push(paths[0]);
    }
    const file = (number: number, step: number) => {
      return join(at('folder 0'), `checkpoint-00000${number}-step${step}.safetensors`);
    };
    expect(saved).to.deep.equal([null, file(1, 2), null, file(2, 4), null, file(3, 6), null]);
    expect(managers[0].list().map(({ path }) => path)).to.deep.equal([file(2, 4), file(3, 6)]);
    expect(existsSync(at('folder 1'))).to.equal(false);
    const paths = await Promise.all(managers.map((manager, rank) => manager.saveAsync(all[rank].content)));
    expect(paths).to.deep.equal([file(4, 7), file(4, 7)]);
    expect(equal(readFileSync(file(4, 7)), toBytes(new Training(null).step(7).content))).to.equal(true);
  });

  it('fail together, and are due again alike', async () => {
    const { all } = trainings(2, true);
    await stepTogether(all, 2);
    const managers = [at('saved'), at('saved')].map((folder) => new CheckpointManager({ folder, every: 2 }));
    save(at('saved'), new Training(null).content); // a file, which is no folder
    const failed = await errorsOf(managers.map((manager, rank) => manager.saveIfDueAsync(all[rank].content)));
    for (const error of failed) {
      expect(error).to.include({ code: 'ERR_ADAMAX_REPLICA' });
      expect(error.message).to.match(/an error of replica 0: .* must be a folder that can be written to/);
    }
    const others = [at('folder'), at('folder')].map((folder) => new CheckpointManager({ folder, every: 2 }));
    for (const bad of [0, 1]) {
      const errors = await errorsOf(
        others.map((manager, rank) => {
          const more = rank === bad ? { optimizers: { a: all[rank].optimizer } } : {};
          return manager.saveIfDueAsync({ ...all[rank].content, ...more });
        }),
      );
      for (const error of errors) expect(error).to.include({ code: 'ERR_ADAMAX_REPLICA' });
    }
    const paths = await Promise.all(others.map((manager, rank) => manager.saveIfDueAsync(all[rank].content)));
    expect(paths[0]).to.be.a('string').and.equal(paths[1]);
    const again = trainings(4, true).all;
    await Promise.all(again.map(({ content }) => new CheckpointManager({ folder: at('folder') }).loadAsync(content)));
    await stepTogether(again, 1);
    expect(again[3].optimizer.iterations.item()).to.equal(3);
  });
});
