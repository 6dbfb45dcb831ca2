import { Adamax, type Gradient, IndexedSlices, Variable } from 'adamax';
import { sumSquares } from 'adamax/kernels';
import { expect } from 'chai';
import { type StepGradient, type StepHooks, type StepPairs, stepperOf } from '#internals';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('hooks of a step', () => {
  it('aggregate sees what was read, and whether the caller aggregates', () => {
    const [p, g] = [new Variable(f32(1, 2)), f32(1, 1)];
    const optimizer = new Adamax({ learningRate: 1 });
    const seen: [StepPairs, readonly StepGradient[]][] = [];
    const wanted: boolean[] = [];
    stepperOf(optimizer).hooks = {
      aggregate(pairs) {
        seen.push([pairs, [...pairs.gradients]]);
        wanted.push(pairs.aggregate);
        return [f32(-1, -1)];
      },
    };
    optimizer.applyGradients([[g, p]]);
    expect(seen).to.have.length(1);
    expect(seen[0][1][0]).to.equal(g);
    expect(p.data[0]).to.be.closeTo(2, 1e-6);
    optimizer.applyGradients([[g, p]], { experimentalAggregateGradients: false });
    optimizer.applyGradients([[g, p]], { experimentalAggregateGradients: true });
    expect(seen).to.have.length(3);
    expect(seen[1][1][0]).to.equal(g);
    expect(wanted).to.deep.equal([true, false, true]);
  });

  it('aggregate that takes time is refused by a step that does not, and nothing has changed', () => {
    const p = f32(1, 2);
    const optimizer = new Adamax();
    stepperOf(optimizer).hooks = { aggregate: async ({ gradients }) => gradients };
    const step = () => optimizer.applyGradients([[f32(1, 1), p]]);
    expectError(step, TypeError, 'ERR_ADAMAX_STATE', /asynchronous step: received a promise$/);
    expect([...p, optimizer.weights.length]).to.deep.equal([1, 2, 1]);
  });

  it('what aggregate returns is checked as a gradient is', () => {
    const p = f32(1, 2);
    const optimizer = new Adamax();
    let sum: Float32Array = f32(1);
    stepperOf(optimizer).hooks = { aggregate: () => [sum] };
    const step = () => optimizer.applyGradients([[f32(1, 1), p]]);
    expectError(step, RangeError, 'ERR_ADAMAX_LENGTH', /^gradient at gradsAndVars\[\d\]\[0\]/);
    sum = p;
    expectError(step, RangeError, 'ERR_ADAMAX_OVERLAP', /^gradient at gradsAndVars\[\d\]\[0\]/);
    expect([...p]).to.deep.equal([1, 2]);
  });

  it('a variable that gets other memory while an aggregation is waited for is stepped there', async () => {
    const old = f32(1, 2);
    const p = new Variable(old);
    const optimizer = new Adamax({ learningRate: 1 });
    stepperOf(optimizer).hooks = { aggregate: async ({ gradients }) => gradients };
    const flight = optimizer.applyGradientsAsync([[f32(1, 1), p]]);
    p.rebind(f32(5, 6));
    await flight;
    expect([...old]).to.deep.equal([1, 2]);
    expect(p.data[0]).to.be.closeTo(4, 1e-6);
  });

  it('normOf is the norm that gradients are clipped by, only where there is clipping', () => {
    const random = new Random(4);
    const whole = random.normals(200);
    const asked: number[] = [];
    // Two halves of one vector, clipped by the norm of the whole.
    const halves = [whole.slice(0, 100), whole.slice(100)];
    const [apart, together] = [new Adamax({ clipnorm: 0.25 }), new Adamax({ clipnorm: 0.25 })];
    stepperOf(apart).hooks = {
      normOf(entry) {
        asked.push(entry);
        return Math.sqrt(sumSquares(whole));
      },
    };
    const parts = halves.map((half) => new Float32Array(half.length));
    const one = new Float32Array(200);
    for (let k = 0; k < 3; k++) {
      apart.applyGradients(halves.map((half, i) => [half, parts[i]]));
      together.applyGradients([[whole, one]]);
    }
    expectSameBits(parts[0], one.subarray(0, 100), 'first half');
    expectSameBits(parts[1], one.subarray(100), 'second half');
    expect(asked).to.deep.equal([0, 1, 0, 1, 0, 1]);
    apart.clipnorm = undefined;
    together.clipnorm = undefined;
    apart.applyGradients(halves.map((half, i) => [half, parts[i]]));
    together.applyGradients([[whole, one]]);
    expectSameBits(parts[1], one.subarray(100), 'unclipped');
    expect(asked).to.have.length(6);
  });

  it('after comes when all is written; when it throws, everything is as before', async () => {
    const p = new Variable(new Float32Array(2 ** 20).fill(1));
    const optimizer = new Adamax();
    const pairs: [Gradient, Variable][] = [[new Float32Array(2 ** 20).fill(1), p]];
    let fail = false;
    const seen: number[] = [];
    stepperOf(optimizer).hooks = {
      after() {
        seen.push(p.data[0]);
        if (fail) throw new Error('no');
      },
    };
    optimizer.applyGradients(pairs);
    expect(seen[0]).to.be.below(1);
    const before = [p.data.slice(), optimizer.getSlot(p, 'm').data.slice(), optimizer.getSlot(p, 'v').data.slice()];
    fail = true;
    expect(() => optimizer.applyGradients(pairs)).to.throw('no');
    const error = await optimizer.applyGradientsAsync(pairs).catch((thrown) => thrown);
    expect(String(error)).to.equal('Error: no');
    expect(seen).to.have.length(3);
    const after = [p.data, optimizer.getSlot(p, 'm').data, optimizer.getSlot(p, 'v').data];
    after.forEach((array, i) => {
      expectSameBits(array, before[i], `array ${i}`);
    });
    expect(optimizer.iterations.item()).to.equal(1);
    fail = false;
    expect(await optimizer.applyGradientsAsync(pairs)).to.equal(2);
  });

  it('a step without an aggregation goes by what was read, also after the same sums came again and again', () => {
    const p = new Variable(f32(0, 0));
    const optimizer = new Adamax({ learningRate: 1 });
    const [read, sum] = [f32(1, 1), f32(-1, -1)];
    const pairs: [Gradient, Variable][] = [[read, p]];
    stepperOf(optimizer).hooks = { aggregate: ({ aggregate, gradients }) => (aggregate ? [sum] : gradients) };
    for (let k = 0; k < 4; k++) optimizer.applyGradients(pairs);
    expect(p.data[0]).to.be.closeTo(4, 1e-4);
    const m = () => optimizer.getSlot(p, 'm').data[0];
    const before = m();
    optimizer.applyGradients(pairs, { experimentalAggregateGradients: false });
    expect(m()).to.be.closeTo(before + (1 - before) * 0.1, 1e-6);
    optimizer.applyGradients(pairs);
    const again = m();
    stepperOf(optimizer).hooks = null;
    optimizer.applyGradients(pairs);
    expect(m()).to.be.closeTo(again + (1 - again) * 0.1, 1e-6);
  });

  it('norms from outside go with the hooks', () => {
    const p = new Variable(f32(0, 0));
    const optimizer = new Adamax({ clipnorm: 1, beta2: 0 });
    const pairs: [Gradient, Variable][] = [[f32(3, 4), p]];
    const v = () => optimizer.getSlot(p, 'v').data[0];
    stepperOf(optimizer).hooks = { normOf: () => 50 };
    optimizer.applyGradients(pairs);
    expect(v()).to.be.closeTo(3 / 50, 1e-7);
    stepperOf(optimizer).hooks = null;
    optimizer.applyGradients(pairs);
    expect(v()).to.be.closeTo(3 / 5, 1e-7);
  });

  it('a bad index in a later range takes the earlier ranges back', () => {
    const [p, table] = [new Variable(f32(1, 2)), new Variable(f32(1, 2, 3, 4), { shape: [2, 2] })];
    const optimizer = new Adamax();
    stepperOf(optimizer).hooks = {
      drive(count, run) {
        for (let i = 0; i < count; i++) run(i, 1);
      },
    };
    const step = (row: number) => {
      return optimizer.applyGradients([
        [f32(1, 1), p],
        [new IndexedSlices(f32(1, 1), [row]), table],
      ]);
    };
    step(1);
    const before = [p.data.slice(), optimizer.getSlot(p, 'm').data.slice()];
    expectError(() => step(2), RangeError, 'ERR_ADAMAX_INDEX', /must be in \[0, 2\): received 2$/);
    expectSameBits(p.data, before[0], 'p');
    expectSameBits(optimizer.getSlot(p, 'm').data, before[1], 'm');
    expect(step(0)).to.equal(2);
  });

  it('drive is held to the entries there are, whatever the plan remembers of earlier steps', () => {
    const [a, b] = [new Variable(f32(1, 2), { name: 'a' }), new Variable(f32(3, 4), { name: 'b' })];
    const optimizer = new Adamax();
    const pairs: [Gradient, Variable][] = [
      [f32(1, 1), a],
      [f32(1, 1), b],
    ];
    optimizer.applyGradients(pairs);
    optimizer.build([f32(5)]);
    optimizer.applyGradients(pairs.slice(0, 1));
    const before = [a.data.slice(), b.data.slice()];
    for (const range of [
      [0, 2],
      [1, 1],
      [-1, 1],
      [0, -1],
      [Number.NaN, 1],
    ]) {
      stepperOf(optimizer).hooks = { drive: (_, run) => run(range[0], range[1]) };
      const step = () => optimizer.applyGradients(pairs.slice(0, 1));
      expectError(step, RangeError, 'ERR_ADAMAX_ARG_VALUE', /^range must be within 1 entries: received/);
    }
    expectSameBits(a.data, before[0], 'a');
    expectSameBits(b.data, before[1], 'b');
  });

  it('what aggregate returns must be as many gradients as there are pairs, and may be the list it was shown', () => {
    const p = new Variable(f32(0, 0));
    const optimizer = new Adamax({ learningRate: 1 });
    for (const bad of [undefined, [], [f32(1, 1), f32(1, 1)], [new Float64Array(2)], [null]]) {
      stepperOf(optimizer).hooks = { aggregate: () => bad as never };
      const step = () => optimizer.applyGradients([[f32(1, 1), p]]);
      expectError(step, TypeError, 'ERR_ADAMAX_ARG_TYPE', /^what aggregate returns must be 1 gradients/);
    }
    stepperOf(optimizer).hooks = { aggregate: ({ gradients }) => gradients };
    const pairs: [Gradient, Variable][] = [[f32(1, 1), p]];
    for (let k = 0; k < 4; k++) optimizer.applyGradients(pairs);
    expect(p.data[0]).to.be.closeTo(-4, 1e-4);
  });

  it('a constrained variable whose memory has gone is refused with a code', () => {
    const p = new Variable(f32(1, 2), { name: 'p', constraint: () => undefined });
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1, 1), p]]);
    structuredClone(null, { transfer: [p.data.buffer as ArrayBuffer] });
    const step = () => optimizer.applyGradients([[f32(1, 1), p]]);
    expectError(
      step,
      TypeError,
      'ERR_ADAMAX_DETACHED',
      /^'p' at gradsAndVars\[\d\]\[1\] must be a view on live memory/,
    );
  });

  describe('meet', () => {
    const log: string[] = [];
    const met = (optimizer: Adamax, meet: NonNullable<StepHooks['meet']> = () => {}) => {
      log.length = 0;
      stepperOf(optimizer).hooks = {
        meet(pairs, failure, atOnce) {
          log.push(`meet ${pairs.count} ${failure === null ? 'well' : (failure.error as Error).name} ${atOnce}`);
          return meet(pairs, failure, atOnce);
        },
        aggregate({ gradients }) {
          log.push('aggregate');
          return gradients;
        },
        complete(_, atOnce) {
          log.push(`complete ${atOnce}`);
        },
        after() {
          log.push('after');
        },
        leave() {
          log.push('leave');
        },
        built(variables) {
          log.push(`built ${variables.length}`);
        },
      };
    };

    it('comes once for each step, also where gradients are aggregated already or the list is empty', () => {
      const [optimizer, p] = [new Adamax(), new Variable(f32(1, 2))];
      met(optimizer);
      optimizer.build([p]);
      optimizer.applyGradients([[f32(1, 1), p]]);
      optimizer.applyGradients([[f32(1, 1), p]], { experimentalAggregateGradients: false });
      optimizer.applyGradients([]);
      expect(log).to.deep.equal([
        'built 1',
        ...['meet 1 well true', 'aggregate', 'complete true', 'after', 'leave'],
        ...['meet 1 well true', 'aggregate', 'complete true', 'after', 'leave'],
        ...['meet 0 well true', 'leave'],
      ]);
    });

    it('does so off the event loop, too', async () => {
      for (const size of [2, 2 ** 20]) {
        const [optimizer, p] = [new Adamax(), new Variable(new Float32Array(size))];
        met(optimizer, () => Promise.resolve());
        await optimizer.applyGradientsAsync([[new Float32Array(size), p]]);
        await optimizer.applyGradientsAsync([]);
        const whole = ['meet 1 well false', 'aggregate', 'complete false', 'after', 'leave'];
        expect(log).to.deep.equal([...whole, 'meet 0 well false', 'leave']);
      }
    });

    it('is told why a step comes to nothing, before anything was written', async () => {
      const [optimizer, p] = [new Adamax(), f32(1, 2)];
      met(optimizer);
      expectError(() => optimizer.applyGradients([[f32(1), p]]), RangeError, 'ERR_ADAMAX_LENGTH', /received/);
      expectError(() => optimizer.applyGradients([[null, p]]), RangeError, 'ERR_ADAMAX_NO_GRADIENTS', /received/);
      let error: unknown;
      await optimizer.applyGradientsAsync([[f32(1), p]]).catch((reason: unknown) => {
        error = reason;
      });
      expect((error as { code: string }).code).to.equal('ERR_ADAMAX_LENGTH');
      expect(log).to.deep.equal([
        ...['meet 1 RangeError true', 'leave'],
        ...['meet 0 RangeError true', 'leave'],
        ...['meet 1 RangeError false', 'leave'],
      ]);
      expect([...p, optimizer.weights.length]).to.deep.equal([1, 2, 1]);
    });

    it('may refuse a step, or put another error in place of its own; the next one is taken', () => {
      const [optimizer, p] = [new Adamax({ learningRate: 1 }), f32(1, 2)];
      let refusal: Error | null = new Error('no');
      met(optimizer, () => {
        if (refusal !== null) throw refusal;
      });
      expect(() => optimizer.applyGradients([[f32(1, 1), p]])).to.throw(Error, /^no$/);
      expect(() => optimizer.applyGradients([[f32(1), p]])).to.throw(Error, /^no$/);
      expect(log).to.deep.equal(['meet 1 well true', 'leave', 'meet 1 RangeError true', 'leave']);
      expect([...p, optimizer.weights.length]).to.deep.equal([1, 2, 1]);
      refusal = null;
      expect(optimizer.applyGradients([[f32(1, 1), p]])).to.equal(1);
    });
  });
});
