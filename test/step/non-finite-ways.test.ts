import { Adamax, type Gradient, Optimizer, Variable } from 'adamax';
import { setIsa, setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { type StepHooks, stepperOf } from '#internals';
import { expectSameBits, f32, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { snapshot } from '../support/snapshot.js';

/** Elements from which on a step leaves the event loop, on a native implementation. */
const LARGE = 2 ** 19;

onEveryImplementation('a step whose gradients must be finite', (isa) => {
  const before = threads();
  afterEach(() => {
    setIsa(isa);
    setThreads(before);
  });

  for (const count of [1, 2, 4]) {
    it(`does so off the event loop on ${count} thread(s), by what was set when it began`, async () => {
      setThreads(count);
      const p = new Variable(new Random(3).normals(LARGE + 5), { name: 'p' });
      const optimizer = new Adamax({ nonFinite: 'throw' });
      const gradient = new Float32Array(LARGE + 5).fill(1);
      const pairs: [Gradient, Variable][] = [[gradient, p]];
      await optimizer.applyGradientsAsync(pairs);
      const [old, m] = [p.data.slice(), optimizer.getSlot(p, 'm').data.slice()];
      gradient[LARGE + 4] = NaN;
      const flight = optimizer.applyGradientsAsync(pairs);
      optimizer.nonFinite = 'skip';
      const error = await flight.catch((thrown: unknown) => thrown);
      expect(error).to.have.property('code', 'ERR_ADAMAX_NON_FINITE');
      expect(String(error)).to.match(
        /^RangeError: gradient of 'p' at gradsAndVars\[0\]\[0\]\[524292\] must be finite: received NaN$/,
      );
      const second = optimizer.applyGradientsAsync(pairs);
      optimizer.nonFinite = 'propagate';
      expect(await second).to.equal(1);
      expect(optimizer.skippedSteps).to.equal(1);
      expectSameBits(p.data, old, 'p');
      expectSameBits(optimizer.getSlot(p, 'm').data, m, 'm');
      // Nothing is held any more.
      p.rebind(old);
      gradient[LARGE + 4] = 1;
      expect(await optimizer.applyGradientsAsync(pairs)).to.equal(2);
    });
  }

  it('off the event loop leaves no trace of a first step, either', async () => {
    const p = new Variable(new Float32Array(LARGE), { name: 'p' });
    const optimizer = new Adamax({ nonFinite: 'skip' });
    expect(await optimizer.applyGradientsAsync([[new Float32Array(LARGE).fill(Infinity), p]])).to.equal(0);
    expect([optimizer.weights.length, optimizer.skippedSteps]).to.deep.equal([1, 1]);
  });

  it('writes no out of a step out of place', () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const optimizer = new Adamax({ nonFinite: 'skip' });
    const step = (g: Float32Array, out: Float32Array) => {
      return stepperOf(optimizer).step('step', [[g, p]] as [Gradient, Variable][], true, [out]);
    };
    const out = f32(7, 7);
    expect(step(f32(1, 1), out)).to.equal(1);
    const old = snapshot(optimizer, out, p.data);
    expect(step(f32(1, NaN), out)).to.equal(1);
    expect(snapshot(optimizer, out, p.data)).to.equal(old);
    expect(step(f32(1, 1), out)).to.equal(2);
  });

  it('works on a heap', () => {
    const heap = new Float32Array(16).fill(1);
    const variables = [
      new Variable(heap.subarray(0, 4), { name: 'a' }),
      new Variable(heap.subarray(4, 8), { name: 'b' }),
    ];
    const optimizer = new Adamax({ nonFinite: 'throw' });
    const offsets = Float64Array.of(0, 0, 8, 4, 4, 12);
    const step = () => stepperOf(optimizer).stepOnHeap('step', variables, heap, offsets);
    heap[14] = NaN;
    const message = /^gradient of 'b'\[2\] must be finite: received NaN$/;
    expectError(step, RangeError, 'ERR_ADAMAX_NON_FINITE', message);
    expect([optimizer.weights.length, optimizer.iterations.item()]).to.deep.equal([1, 0]);
    heap[14] = 1;
    step();
    const old = snapshot(optimizer, heap.slice(0, 8));
    heap[14] = -Infinity;
    expectError(step, RangeError, 'ERR_ADAMAX_NON_FINITE', /received -Infinity$/);
    optimizer.nonFinite = 'skip';
    step();
    expect(snapshot(optimizer, heap.slice(0, 8))).to.equal(old);
    expect(optimizer.skippedSteps).to.equal(1);
    heap[14] = 1;
    step();
    expect(optimizer.iterations.item()).to.equal(2);
  });

  it('goes by aggregated gradients, not by those that were read', async () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const optimizer = new Adamax({ nonFinite: 'throw' });
    let sum = f32(1, 1);
    for (const aggregate of [() => [sum], async () => [sum]]) {
      stepperOf(optimizer).hooks = { aggregate };
      sum = f32(1, 1);
      const count = await optimizer.applyGradientsAsync([[f32(1, NaN), p]]);
      const old = snapshot(optimizer, p.data);
      sum = f32(NaN, 1);
      const error = await optimizer.applyGradientsAsync([[f32(1, 1), p]]).catch((thrown: unknown) => thrown);
      expect(String(error)).to.equal(
        "RangeError: gradient of 'p' at gradsAndVars[0][0][0] must be finite: received NaN",
      );
      expect(snapshot(optimizer, p.data)).to.equal(old);
      expect(optimizer.iterations.item()).to.equal(count);
    }
  });

  it('goes by the gradients themselves where their norms come from outside', () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const [guarded, plain] = [new Adamax({ clipnorm: 1, nonFinite: 'throw' }), new Adamax({ clipnorm: 1 })];
    const q = p.data.slice();
    let norm = 50;
    const hooks: StepHooks = { normOf: () => norm };
    stepperOf(guarded).hooks = hooks;
    stepperOf(plain).hooks = hooks;
    guarded.applyGradients([[f32(3, 4), p]]);
    plain.applyGradients([[f32(3, 4), q]]);
    expectSameBits(p.data, q, 'clipped by 50');
    expectError(() => guarded.applyGradients([[f32(3, NaN), p]]), RangeError, 'ERR_ADAMAX_NON_FINITE', /received NaN$/);
    norm = NaN;
    expect(guarded.applyGradients([[f32(3, 4), p]])).to.equal(2);
    expect([...p.data]).to.deep.equal([NaN, NaN]);
  });

  it('takes earlier ranges back where a later one finds it, and asks nobody what comes after', () => {
    for (const nonFinite of ['throw', 'skip'] as const) {
      const [p, q] = [new Variable(f32(1, 2), { name: 'p' }), new Variable(f32(1, 2), { name: 'q' })];
      const optimizer = new Adamax({ nonFinite });
      const calls: string[] = [];
      const step = (g: Float32Array) => {
        return optimizer.applyGradients([
          [f32(1, 1), p],
          [g, q],
        ]);
      };
      for (const after of [undefined, () => void calls.push('after')]) {
        stepperOf(optimizer).hooks = {
          drive(count, run) {
            for (let i = 0; i < count; i++) run(i, 1);
          },
          ...(after && { after }),
        };
        const count = step(f32(1, 1));
        const old = snapshot(optimizer, p.data, q.data);
        calls.length = 0;
        if (nonFinite === 'skip') expect(step(f32(1, NaN))).to.equal(count);
        else
          expectError(
            () => step(f32(1, NaN)),
            RangeError,
            'ERR_ADAMAX_NON_FINITE',
            /^gradient of 'q' at \S+\[0\]\[1\] must/,
          );
        expect(snapshot(optimizer, p.data, q.data)).to.equal(old);
        expect(calls).to.deep.equal([]);
      }
    }
  });

  it('applies no constraint', () => {
    let calls = 0;
    const constraint = (w: Float32Array) => {
      calls++;
      w.fill(9);
    };
    const p = new Variable(f32(1, 2), { name: 'p', constraint });
    const optimizer = new Adamax({ nonFinite: 'skip' });
    optimizer.applyGradients([[f32(1, NaN), p]]);
    expect([calls, ...p.data]).to.deep.equal([0, 1, 2]);
    optimizer.applyGradients([[f32(1, 1), p]]);
    expect([calls, ...p.data]).to.deep.equal([1, 9, 9]);
  });

  it('stays with the optimizer when the implementation changes', () => {
    const p = new Variable(f32(1, 2), { name: 'p' });
    const optimizer = new Adamax({ nonFinite: 'skip' });
    optimizer.applyGradients([[f32(1, NaN), p]]);
    setIsa('js');
    optimizer.applyGradients([[f32(1, NaN), p]]);
    expect([optimizer.skippedSteps, ...p.data]).to.deep.equal([2, 1, 2]);
  });

  it('works for a rule in TypeScript', () => {
    class Descent extends Optimizer {
      constructor() {
        const sweep = (
          p: Float32Array,
          out: Float32Array,
          _: unknown,
          at: number,
          g: Float32Array,
          k: number,
          n: number,
        ) => {
          for (let i = 0; i < n; i++) out[at + i] = p[at + i] - g[k + i];
        };
        super({ name: 'descent', slots: [], scalars: 0, sweep }, 'Descent', { learningRate: 1, nonFinite: 'throw' });
      }
      protected writeScalars(): void {}
      getConfig() {
        const { head, rate } = this.baseConfig();
        return { ...head, ...rate };
      }
    }
    const [p, optimizer] = [f32(1, 2), new Descent()];
    expectError(() => optimizer.applyGradients([[f32(1, NaN), p]]), RangeError, 'ERR_ADAMAX_NON_FINITE', /NaN$/);
    optimizer.applyGradients([[f32(1, 1), p]]);
    expect([...p]).to.deep.equal([0, 1]);
  });

  it("does not take an error of another optimizer's step for its own", () => {
    const [p, q] = [f32(1), f32(1)];
    const [inner, outer] = [new Adamax({ nonFinite: 'throw' }), new Adamax({ nonFinite: 'skip' })];
    function* pairs(): Generator<[Gradient, Float32Array]> {
      inner.applyGradients([[f32(NaN), q]]);
      yield [f32(1), p];
    }
    outer.applyGradients([[f32(NaN), p]]);
    expectError(() => outer.applyGradients(pairs()), RangeError, 'ERR_ADAMAX_NON_FINITE', /received NaN$/);
    expect(outer.skippedSteps).to.equal(1);
  });
});
