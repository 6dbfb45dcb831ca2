import { Adamax, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { byName } from './by-name.js';
import { expectMisfit } from './misfit.js';
import { trained } from './trained.js';

describe('setWeights, partial', () => {
  it('writes what fits and says what did not', () => {
    const { optimizer, a } = trained(2);
    const saved = trained(7).optimizer.getWeights();
    const [iterations, am, bm, av, bv] = saved;
    const before = optimizer.getWeights();
    const report = optimizer.setWeights(
      [{ ...iterations, data: BigInt64Array.of(-1n) }, am, { ...bm, shape: [4] }, av, bv, { ...av, name: 'c/v' }],
      { partial: true },
    );
    expect(report.loaded).to.deep.equal(['a/m', 'a/v']);
    expect(report.missing).to.deep.equal([]);
    expect(report.unexpected).to.deep.equal(['c/v']);
    expect(report.misfits.map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    expect(report.misfits[1].message).to.match(/^weights\[2\]\.shape must be \[2, 2\] for 'b\/m': received \[ 4 \]$/);
    expect(report.misfits[2].message).to.equal("'b/v' must come with 'b/m': received it without");
    expect(optimizer.getSlot(a, 'm').data).to.deep.equal(am.data);
    const others = (_: unknown, i: number) => i !== 1 && i !== 3;
    expect(optimizer.getWeights().filter(others)).to.deep.equal(before.filter(others));
  });

  it('by position takes slots of one variable together, and lists of the right length', () => {
    const { optimizer, a } = trained(2);
    const before = optimizer.getWeights();
    // Of m and v of a only the former fits: divided by ε it would throw a parameter far away.
    const zeros = new Float32Array(4);
    const report = optimizer.setWeights([4, [1, 2], zeros, [3], zeros], { partial: true });
    expect([report.loaded, report.missing]).to.deep.equal([['iterations', 'b/m', 'b/v'], []]);
    expect(report.misfits.map(({ name }) => name)).to.deep.equal(['a/v', 'a/m']);
    expect(report.misfits[1].message).to.equal("'a/m' must come with 'a/v': received it without");
    expect(optimizer.getSlot(a, 'm').data).to.deep.equal(before[1].data);
    expect(optimizer.setWeights([5, [1, 2], zeros, [3, 4], zeros], { partial: true }).loaded).to.have.length(5);
    expect([...optimizer.getSlot(a, 'v').data]).to.deep.equal([3, 4]);
    // One weight less, and all behind it would go to the place before their own.
    for (const bad of [
      [4, [1, 2], zeros, [3, 4]],
      [4, [1, 2], zeros, [3, 4], zeros, zeros],
    ]) {
      const message = /^weights without names must be 5 items, one for each weight: received '[46] of them'$/;
      const set = () => optimizer.setWeights(bad, { partial: true });
      expectError(set, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
    }
    expect(optimizer.setWeights([], { partial: true }).missing).to.have.length(5);
  });

  it('leaves a slot of the caller alone, which needs no company', () => {
    const { optimizer, a } = trained(2);
    optimizer.addSlot(a, 'mean');
    const only = [{ name: 'a/mean', shape: [2], data: [1, 2] }];
    expect(optimizer.setWeights(only, { partial: true }).loaded).to.deep.equal(['a/mean']);
  });
});

describe('setWeights, of variables that are frozen', () => {
  const variable = (name: string | null, trainable = true) =>
    new Variable(f32(1, 2), { trainable, ...(name !== null && { name }) });
  const saved = () => {
    const [a, b] = [variable('a'), variable('b')];
    const optimizer = new Adamax();
    optimizer.applyGradients([
      [f32(1, -1), a],
      [f32(2, 3), b],
    ]);
    return optimizer.getWeights();
  };

  it('makes the slots of a variable that was frozen when it was built, if there are any for it', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([a, b]);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    expect(optimizer.setWeights(saved()).missing).to.deep.equal([]);
    const byName = (name: string) => optimizer.getWeights().find((weight) => weight.name === name)?.data;
    for (const { name, data } of saved()) expect(byName(name), name).to.deep.equal(data);
    const message = /unique in optimizer 'Adamax'.*: received a second variable 'a' at varList\[\d\]$/;
    expectError(() => optimizer.build([variable('a')]), RangeError, 'ERR_ADAMAX_DUPLICATE', message);
  });

  it('makes none where there are none, and asks for the others where there is one', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([a, b]);
    const without = saved().filter(({ name }) => !name.startsWith('a/'));
    expect(optimizer.setWeights(without).loaded).to.deep.equal(['iterations', 'b/m', 'b/v']);
    const half = saved().filter(({ name }) => name !== 'a/v');
    expectMisfit(optimizer, half, /nothing for 'a\/v'/);
    expect(optimizer.setWeights(half, { partial: true }).missing).to.deep.equal(['a/v']);
    expect(optimizer.getWeights().map(({ name }) => name)).to.deep.equal(['iterations', 'b/m', 'b/v']);
    optimizer.release(a);
    expectMisfit(optimizer, saved(), /'a\/m', 'a\/v', for which there is no place/);
    optimizer.build([variable('a', false)]);
    optimizer.setWeights(saved());
  });

  it('keeps their positions where they have no names', () => {
    const run = (froze: boolean) => {
      const [a, b] = [variable(null, !froze), variable(null)];
      const optimizer = new Adamax();
      optimizer.build([a, b]);
      if (froze) optimizer.applyGradients([[f32(1, 1), b]]);
      a.trainable = true;
      optimizer.applyGradients([
        [f32(2, 2), a],
        [f32(3, 3), b],
      ]);
      return { optimizer, a, b };
    };
    const [first, second] = [run(true), run(false)];
    expect(first.optimizer.getWeights().map(({ name }) => name)).to.deep.equal([
      'iterations',
      '#1/m',
      '#1/v',
      '#0/m',
      '#0/v',
    ]);
    second.optimizer.setWeights(first.optimizer.getWeights());
    expect(second.optimizer.getSlot(second.a, 'm').data).to.deep.equal(first.optimizer.getSlot(first.a, 'm').data);
    expect(second.optimizer.getSlot(second.b, 'm').data).to.deep.equal(first.optimizer.getSlot(first.b, 'm').data);
  });

  it('takes a declaration back when build fails', () => {
    const [a, b] = [variable('a', false), variable('b')];
    const optimizer = new Adamax();
    optimizer.build([b]);
    expect(() => optimizer.build([a, variable('b')])).to.throw(/second variable 'b'/);
    expectMisfit(optimizer, saved(), /'a\/m', 'a\/v', for which there is no place/);
    optimizer.build([variable('a')]);
    optimizer.setWeights(saved());
  });

  it('keeps what was there before a build that fails: positions, and names of rules without slots', () => {
    const overlapping = () => {
      const memory = f32(1, 2, 3);
      return [memory.subarray(0, 2), memory.subarray(1)];
    };
    const [x, y] = [variable(null), variable(null)];
    const optimizer = new Adamax();
    optimizer.applyGradients([
      [f32(1, 1), x],
      [f32(5, 5), y],
    ]);
    const before = byName(optimizer);
    x.trainable = false;
    expect(() => optimizer.build([x, ...overlapping()])).to.throw(/must not share memory/);
    expect(byName(optimizer)).to.deep.equal(before);
    const [plain, w] = [new SGD(), variable('w')];
    plain.build([w]);
    w.trainable = false;
    expect(() => plain.build([w, ...overlapping()])).to.throw(/must not share memory/);
    expect(() => plain.build([variable('w')])).to.throw(/received a second variable 'w' at varList\[0\]$/);
  });

  it('takes back what it gave, whatever slots there are of a variable that has not been stepped', () => {
    for (const [trainable, slot] of [
      [false, 'ema'],
      [false, 'm'],
      [true, 'm'],
    ] as const) {
      const [optimizer, w] = [new Adamax(), variable('w', trainable)];
      if (!trainable) optimizer.build([w]);
      optimizer.addSlot(w, slot, [3, 4]);
      const saved = optimizer.getWeights();
      expect(optimizer.setWeights(saved).loaded).to.deep.equal(['iterations', `w/${slot}`]);
      optimizer.setWeights(saved.map(({ data }) => data));
      expect(optimizer.getWeights()).to.deep.equal(saved);
    }
  });

  it('loads both slots of a variable, of which one was added ahead of its step', () => {
    const [optimizer, w] = [new Adamax(), variable('a')];
    optimizer.addSlot(w, 'm');
    const own = saved().filter(({ name }) => !name.startsWith('b/'));
    expect(optimizer.setWeights(own, { partial: true }).loaded).to.deep.equal(['iterations', 'a/m', 'a/v']);
    for (const slot of ['m', 'v']) {
      const there = own.find(({ name }) => name === `a/${slot}`)?.data;
      expect(optimizer.getSlot(w, slot).data, slot).to.deep.equal(there);
    }
  });

  it('says that build is missing where nothing has slots', () => {
    expectError(
      () => new Adamax().setWeights(saved()),
      RangeError,
      'ERR_ADAMAX_WEIGHTS',
      /^weights must fit the state of optimizer 'Adamax', which has no slots before build\(variables\) or a step: received 'a\/m', /,
    );
  });
});
