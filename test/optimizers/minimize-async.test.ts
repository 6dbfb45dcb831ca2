import { type Differentiated, type GradientEngine, type Leaf, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { linear, named, setup } from '../support/linear.js';
import { type Scalar, TapeEngine } from '../support/tape.js';

describe('a loss that takes time', () => {
  const later = <T>(value: T) => new Promise<T>((resolve) => setTimeout(resolve, 1, value));

  it('is waited for by minimizeAsync, with an engine and without', async () => {
    const { engine, v0, v1 } = setup();
    const optimizer = new SGD({ learningRate: 3, engine });
    const calls: string[] = [];
    const loss = async (leaf: Leaf<Scalar[]>) => {
      const value = linear(v0, v1)(leaf);
      await later(0);
      calls.push('loss');
      return value;
    };
    const variables = () => {
      calls.push('variables');
      return [v0, v1];
    };
    expect(await optimizer.minimizeAsync(loss, variables)).to.equal(1);
    expect(calls).to.deep.equal(['loss', 'variables']);
    expect([...v0.data, ...v1.data]).to.deep.equal([-14, -13, -6, -5]);
    expect(optimizer.lastLoss).to.equal(36);
    expect(engine.log).to.deep.equal(['differentiate by v0, v1', 'commit v0, v1']);

    const gradients = [[1, 1]];
    expect(await optimizer.minimizeAsync(() => later({ loss: 2, gradients }), v0, { engine: null })).to.equal(2);
    const slow = () => ({ loss: 3, gradients: () => later(gradients) as never });
    expect(await optimizer.minimizeAsync(slow, v0, { engine: null, gradLoss: 1 })).to.equal(3);
    expect(await optimizer.minimizeAsync(() => ({ loss: 4, gradients }), v0, { engine: null })).to.equal(4);
    expect(optimizer.lastLoss).to.equal(4);
    expect([...v0.data]).to.deep.equal([-14 - 9, -13 - 9]);
  });

  it('is refused by the others, and by engines that cannot wait; its own failure is nobody’s then', async () => {
    const { v0 } = setup();
    const { differentiate } = new TapeEngine();
    const engine = { differentiate: differentiate.bind(new TapeEngine()) };
    const optimizer = new SGD();
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const failing = () => Promise.reject(new Error('late'));
    for (const given of [null, engine]) {
      for (const method of ['minimize', 'getUpdates', 'getGradients'] as const) {
        const message = new RegExp(
          `^loss\\(\\) must not take time in ${method} \\(minimizeAsync waits for it\\): received a promise$`,
        );
        expectError(() => optimizer[method](failing, v0, { engine: given }), TypeError, 'ERR_ADAMAX_ARG_TYPE', message);
      }
    }
    const refused = await optimizer.minimizeAsync(failing, v0, { engine }).catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'ERR_ADAMAX_ENGINE');
    expect((refused as Error).message).to.equal(
      'engine must have a method differentiateAsync for a loss that takes time: received one without',
    );
    const asked = { differentiate: () => later({ gradients: [] }) as never };
    const message = /^engine must return from differentiate what it found out: received a promise of it$/;
    expectError(() => optimizer.minimize(() => 1, v0, { engine: asked }), TypeError, 'ERR_ADAMAX_ENGINE', message);
    const late = () => Promise.reject(new Error('late')) as never;
    for (const gradients of [late, late()]) {
      const minimize = () => optimizer.minimize(() => ({ gradients }) as never, v0);
      const taking = /^gradients of loss\(\) must not take time in minimize .*: received a promise$/;
      expectError(minimize, TypeError, 'ERR_ADAMAX_ARG_TYPE', taking);
    }
    const lists = optimizer.minimizeAsync(() => ({ gradients: late() }), [3] as never).catch((error: Error) => error);
    expect(await lists).to.have.property('code', 'ERR_ADAMAX_ARG_TYPE');
    const asking = /^varList\(\) must be a list, and not a promise of one: received a promise/;
    expectError(() => optimizer.minimize(() => ({ gradients: [] }), late), TypeError, 'ERR_ADAMAX_ARG_TYPE', asking);
    const impatient = {
      differentiate: engine.differentiate,
      differentiateAsync: async (loss: (leaf: () => number) => unknown) => {
        void loss(() => 1);
        return { gradients: [[1, 1]] };
      },
    };
    const messageOf = (loss: () => unknown) =>
      optimizer.minimizeAsync(loss, v0, { engine: impatient }).catch(({ message }: Error) => message);
    expect(await messageOf(failing)).to.equal('late');
    expect(await messageOf(() => later(0))).to.match(/^engine must wait for the loss: received a result before/);
    const committing = { ...engine, commit: late };
    const step = () => optimizer.minimize((leaf: Leaf<Scalar[]>) => leaf(v0), v0, { engine: committing });
    expectError(step, TypeError, 'ERR_ADAMAX_ENGINE', /^engine must commit at once .*: received a promise$/);
    v0.assign([1, 2]);
    optimizer.iterations.assign(0);
    // Whatever else is a promise where none is expected is refused, and its failure is nobody's.
    const result = (found: unknown): GradientEngine => ({
      differentiate(loss, variables) {
        loss(() => 1);
        variables();
        return found as Differentiated;
      },
    });
    const fails = () => Promise.reject(new Error('late')) as never;
    for (const call of [
      () => optimizer.minimize(() => 1, v0, { engine: result({ loss: 1, gradients: fails() }) }),
      () => optimizer.minimize(() => 1, v0, { engine: result({ loss: fails(), gradients: fails() }) }),
      () => optimizer.minimize(() => 1, v0, { engine: result({ loss: 1, gradients: [fails()] }) }),
      () => optimizer.minimize(() => 1, [{}] as never, { engine: { ...result({}), adopt: fails } }),
      () => optimizer.minimize(() => ({ loss: fails(), gradients: fails() }), v0),
      () => optimizer.minimize(() => ({ loss: 'x', gradients: fails() }), v0),
      () => optimizer.minimize(() => ({ gradients: [fails()] }), v0),
      () => optimizer.minimize(() => ({ gradients: [] }), fails()),
      () => optimizer.getGradients(fails(), v0),
    ]) {
      expect(call).to.throw(/received (a promise|Promise|'x')/);
    }
    for (const given of [
      { loss: fails(), gradients: fails() },
      { loss: 'x', gradients: fails() },
    ]) {
      const { code } = await optimizer.minimizeAsync(() => given, v0).catch((error) => error);
      expect(code).to.equal('ERR_ADAMAX_ARG_TYPE');
    }
    await later(0);
    process.off('unhandledRejection', note);
    expect(unhandled).to.deep.equal([]);
    expect(await optimizer.minimizeAsync(failing, v0).catch((error: Error) => error.message)).to.equal('late');
    expect(await optimizer.minimizeAsync(3 as never, v0).catch((error: Error) => error.message)).to.match(/^loss must/);
    expect([...v0.data, optimizer.iterations.item()]).to.deep.equal([1, 2, 0]);
  });

  it('leaves the optimizer free meanwhile; of two steps at once, one is refused', async () => {
    const optimizer = new SGD({ learningRate: 1 });
    const [v, large] = [named('v', 1), new Variable(new Float32Array(2 ** 20), { name: 'large' })];
    const slow = optimizer.minimizeAsync(() => later({ gradients: [[1]] }), v);
    optimizer.applyGradients([[f32(1), v]]);
    expect(await slow).to.equal(2);
    expect(v.data[0]).to.equal(-1);
    const ones = new Float32Array(2 ** 20).fill(1);
    const both = await Promise.allSettled([
      optimizer.minimizeAsync(() => ({ gradients: [ones] }), large),
      optimizer.minimizeAsync(() => ({ gradients: [ones] }), large),
    ]);
    const steps = both.filter(({ status }) => status === 'fulfilled').length;
    expect(large.data.every((x) => x === -steps)).to.equal(true);
    expect(optimizer.iterations.item()).to.equal(2 + steps);
  });

  it('has its own commit, though another step comes before it is heard of', async () => {
    for (const [size, title] of [
      [1, 'at once'],
      [2 ** 20, 'off the loop'],
    ] as const) {
      const log: string[] = [];
      const commit = async (variables: readonly Variable[]) => {
        await later(0);
        log.push(variables.map(({ name }) => name).join());
      };
      const differentiate = () => ({ gradients: [] });
      const optimizer = new SGD({ learningRate: 1, engine: { differentiate, commit } });
      const [a, b] = [new Variable(new Float32Array(size), { name: 'a' }), new Variable(f32(1), { name: 'b' })];
      const first = optimizer.applyGradientsAsync([
        [new Float32Array(size).fill(1), a],
        [null, b],
      ]);
      if (size === 1) {
        const second = optimizer.applyGradientsAsync([[f32(1), b]]);
        expect(() => optimizer.applyGradients([[f32(1, 2), b]])).to.throw();
        optimizer.release(b);
        await second;
      }
      expect(await first).to.equal(1);
      expect(log, title).to.deep.equal(size === 1 ? ['a', 'b'] : ['a']);
    }
  });

  it('is differentiated, stepped and committed by the engine that began, whatever becomes of the optimizer’s own', async () => {
    const x = {};
    const make = (name: string) => {
      const [master, log] = [named(name, 1), [] as string[]];
      const engine: GradientEngine = {
        adopt: (target) => (target === x ? master : undefined),
        differentiate: () => ({ gradients: [] }),
        async differentiateAsync(loss, variables) {
          await loss((variable) => variable);
          return { gradients: variables().map(() => [1]) };
        },
        commit: (variables) => void log.push(...variables.map((variable) => variable.name)),
      };
      return { master, log, engine };
    };
    const [first, second] = [make('first'), make('second')];
    const optimizer = new SGD({ learningRate: 1, engine: first.engine });
    const waiting = optimizer.minimizeAsync((leaf) => later(leaf(x as never)), [x] as never);
    optimizer.engine = second.engine;
    expect(await waiting).to.equal(1);
    optimizer.engine = first.engine;
    const taken = optimizer.applyGradientsAsync([[f32(1), x as never]]);
    optimizer.engine = second.engine;
    expect(await taken).to.equal(2);
    expect([first.master.data[0], second.master.data[0]]).to.deep.equal([-1, 1]);
    expect([first.log, second.log]).to.deep.equal([['first', 'first'], []]);
  });
});
