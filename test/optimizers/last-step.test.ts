import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Adagrad, Adamax, IndexedSlices, RMSprop, SGD, type StepRecord, schedules, Variable } from 'adamax';
import { expect } from 'chai';
import { stepperOf } from '#internals';
import { f32, Random } from '../support/data.js';
import { onEveryImplementation } from '../support/implementations.js';
import { detach } from '../support/memory.js';
import { warningsOf } from '../support/warnings.js';

/** What is there to compare, by `Math.hypot` and not by the reduction of the contract. */
function expectNorm(record: StepRecord | null, ...gradients: readonly Float32Array[]): void {
  const norm = Math.hypot(...gradients.flatMap((gradient) => [...gradient]));
  expect(record?.gradientNorm).to.be.closeTo(norm, norm * 1e-12);
}

describe('lastStep', () => {
  it('is null before the first step, and then what that was, for every optimizer', () => {
    for (const Class of [Adamax, SGD, RMSprop, Adagrad]) {
      const optimizer = new Class({ learningRate: 0.25 });
      expect(optimizer.lastStep).to.equal(null);
      optimizer.applyGradients([[f32(3, 4), f32(1, 1)]]);
      expect({ ...optimizer.lastStep }).to.deep.equal({
        steps: 1,
        learningRate: 0.25,
        loss: undefined,
        skipped: false,
        gradientNorm: 5,
      });
    }
  });

  it('is frozen, the same until the next step, and can be copied to another thread', () => {
    const [optimizer, p, g] = [new Adamax(), f32(1, 1), f32(3, 4)];
    optimizer.applyGradients([[g, p]]);
    const record = optimizer.lastStep;
    expect(optimizer.lastStep).to.equal(record);
    expect(record).to.be.frozen;
    expect(structuredClone(record)).to.deep.equal({ ...record });
    expect(JSON.parse(JSON.stringify(record))).to.deep.equal({
      steps: 1,
      learningRate: 0.001,
      skipped: false,
      gradientNorm: 5,
    });
    optimizer.applyGradients([[g, p]]);
    expect([optimizer.lastStep?.steps, record?.steps]).to.deep.equal([2, 1]);
  });

  it('has the rate that the step was taken at, and not the next', () => {
    const schedule = new schedules.PiecewiseConstantDecay({ boundaries: [1], values: [0.5, 0.125] });
    const optimizer = new Adamax({ learningRate: schedule, decay: 1 });
    const rates = [0, 1, 2].map(() => {
      optimizer.applyGradients([[f32(1), f32(1)]]);
      return optimizer.lastStep?.learningRate;
    });
    // Each is values[k] / (1 + decay · iterations), the boundary being the last step of its piece.
    expect(rates).to.deep.equal([0.5, 0.25, 0.125 / 3]);
    optimizer.learningRate = 7;
    expect(optimizer.lastStep?.learningRate).to.equal(0.125 / 3);
  });

  it('has the loss of minimize and its kin, of that very step', async () => {
    const [optimizer, p] = [new Adamax(), f32(1)];
    optimizer.minimize(() => ({ loss: 3, gradients: [f32(2)] }), p);
    expect(optimizer.lastStep?.loss).to.equal(3);
    optimizer.getUpdates(() => ({ loss: 4, gradients: [f32(2)] }), p);
    expect(optimizer.lastStep?.loss).to.equal(4);
    optimizer.getGradients(() => ({ loss: 5, gradients: [f32(2)] }), p);
    expect([optimizer.lastStep?.loss, optimizer.lastLoss]).to.deep.equal([4, 5]);
    await optimizer.minimizeAsync(async () => ({ loss: 6, gradients: [f32(2)] }), p);
    expect(optimizer.lastStep?.loss).to.equal(6);
    optimizer.applyGradients([[f32(1), p]]);
    expect(optimizer.lastStep?.loss).to.equal(undefined);
  });

  it('says of a skipped step that it was, and what it would have been', async () => {
    const [optimizer, p] = [new Adamax({ nonFinite: 'skip', learningRate: 0.5 }), f32(1)];
    optimizer.applyGradients([[f32(2), p]]);
    const skip = () => optimizer.minimize(() => ({ loss: 9, gradients: [f32(NaN)] }), p);
    expect(await warningsOf('ADAMAX_NON_FINITE', skip)).to.have.length(1);
    expect({ ...optimizer.lastStep }).to.deep.equal({
      steps: 1,
      learningRate: 0.5,
      loss: 9,
      skipped: true,
      gradientNorm: undefined,
    });
  });

  it('stays what it was after a step that failed and one of no pairs', () => {
    const [optimizer, p] = [new Adamax(), f32(1, 1)];
    optimizer.applyGradients([[f32(3, 4), p]]);
    const record = optimizer.lastStep;
    expect(record?.gradientNorm).to.equal(5);
    optimizer.learningRate = 2;
    expect(() => optimizer.applyGradients([[f32(1), p]])).to.throw(RangeError);
    optimizer.minimize(() => ({ loss: 1, gradients: [] }), []);
    expect(optimizer.lastStep).to.equal(record);
    expect(record).to.include({ steps: 1, learningRate: 0.001, loss: undefined, gradientNorm: 5 });
  });

  it('keeps its loss where steps after it failed or had no pairs, also when nobody had looked before', async () => {
    const [optimizer, p] = [new Adamax(), f32(1, 1)];
    const lossOf = (loss: number, ...gradient: number[]) => {
      return () => ({ loss, gradients: [gradient.length === 0 ? null : f32(...gradient)] });
    };
    const others: (() => unknown)[] = [
      () => optimizer.minimize(lossOf(8, 1, 2, 3), [p]),
      () => optimizer.minimizeAsync(lossOf(8, 1, 2, 3), [p]),
      () => optimizer.minimize(() => ({ loss: 8, gradients: [] }), []),
    ];
    for (const other of others) {
      optimizer.minimize(lossOf(7, 3, 4), [p]);
      try {
        await other();
      } catch (error) {
        expect(error).to.have.property('code', 'ERR_ADAMAX_LENGTH');
      }
      expect(optimizer.lastStep?.loss).to.equal(7);
    }
  });
});

onEveryImplementation('gradientNorm', (name) => {
  const random = new Random(7);

  it('is that of all gradients as one vector, before clipping, whatever they were given as', () => {
    const optimizer = new Adamax({ clipnorm: 0.1, clipvalue: 0.01 });
    const [a, b, c] = [random.normals(5), random.normals(70_001), random.normals(6)];
    const table = new Variable(random.normals(8), { shape: [4, 2] });
    const square = new Variable(random.normals(4), { shape: [2, 2] });
    for (let k = 0; k < 4; k++) {
      optimizer.applyGradients([
        [a, f32(1, 2, 3, 4, 5)],
        [new Variable(b), random.normals(70_001)],
        [new IndexedSlices(c, [3, 1, 3]), table],
        [
          [
            [1, 2],
            [3, 4],
          ],
          square,
        ],
      ]);
      expectNorm(optimizer.lastStep, a, b, c, f32(1, 2, 3, 4));
    }
  });

  it('is right for the same arrays with other numbers, and for others each time', () => {
    const [optimizer, p, g] = [new Adamax(), f32(1, 1), f32(0, 0)];
    for (let k = 1; k < 6; k++) {
      g.set([3 * k, 4 * k]);
      optimizer.applyGradients([[g, p]]);
      expect(optimizer.lastStep?.gradientNorm).to.equal(5 * k);
    }
    for (let k = 1; k < 6; k++) {
      optimizer.applyGradients([[f32(3 * k, 4 * k), p]]);
      expect(optimizer.lastStep?.gradientNorm).to.equal(5 * k);
    }
  });

  it('is what it is when it is first read, and kept', () => {
    const [optimizer, p, g] = [new Adamax(), f32(1, 1), f32(3, 4)];
    optimizer.applyGradients([[g, p]]);
    const record = optimizer.lastStep;
    expect(record?.gradientNorm).to.equal(5);
    g.fill(0);
    optimizer.applyGradients([[g, p]]);
    expect([record?.gradientNorm, optimizer.lastStep?.gradientNorm]).to.deep.equal([5, 0]);
  });

  it('is NaN or infinite where the gradients are', () => {
    const optimizer = new Adamax();
    optimizer.applyGradients([[f32(1, NaN), f32(1, 1)]]);
    expect(optimizer.lastStep?.gradientNorm).to.be.NaN;
    optimizer.applyGradients([[f32(1, -Infinity), f32(1, 1)]]);
    expect(optimizer.lastStep?.gradientNorm).to.equal(Infinity);
  });

  it('is undefined where nobody can tell any more: after another step, a failed one, release, or a transfer', async () => {
    const ends: ((optimizer: Adamax, p: Float32Array, g: Float32Array) => unknown)[] = [
      (optimizer, p, g) => optimizer.applyGradients([[g, p]]),
      (optimizer, p, g) => optimizer.applyGradientsAsync([[g, p]]),
      (optimizer, p) => expect(() => optimizer.applyGradients([[f32(1), p]])).to.throw(),
      (optimizer) => expect(() => optimizer.applyGradients(5 as never)).to.throw(),
      (optimizer, p) => optimizer.release([p]),
      (_optimizer, _p, g) => detach(g),
    ];
    for (const end of ends) {
      const [optimizer, p, g] = [new Adamax(), f32(1, 1), f32(3, 4)];
      optimizer.applyGradients([[g, p]]);
      const record = optimizer.lastStep;
      await end(optimizer, p, g);
      expect(record?.gradientNorm, String(end)).to.equal(undefined);
    }
  });

  it('is that of a step off the event loop, once it is done', async () => {
    const [optimizer, n] = [new Adamax(), 2 ** 19];
    const [p, g, first] = [new Float32Array(n), random.normals(n), f32(3, 4)];
    optimizer.applyGradients([[first, f32(1, 1)]]);
    const under = optimizer.applyGradientsAsync([[g, p]]);
    // The fallback has no other thread to go to.
    if (name !== 'js') expect(optimizer.lastStep).to.include({ steps: 1, gradientNorm: undefined });
    await under;
    const norm = Math.sqrt(g.reduce((sum, x) => sum + x * x, 0));
    expect(optimizer.lastStep?.gradientNorm).to.be.closeTo(norm, norm * 1e-9);
    expect(optimizer.lastStep?.steps).to.equal(2);
  });

  it('is that of aggregated gradients; of sharded ones what they are clipped by, or unknown', () => {
    const [optimizer, p] = [new Adamax(), f32(1, 1)];
    stepperOf(optimizer).hooks = { aggregate: () => [f32(6, 8)] };
    optimizer.applyGradients([[f32(3, 4), p]]);
    expect(optimizer.lastStep?.gradientNorm).to.equal(10);
    const [q, r] = [f32(1, 1), f32(1)];
    stepperOf(optimizer).hooks = { stretchOf: () => null, normOf: (entry) => [3, 4][entry] };
    const step = () =>
      optimizer.applyGradients([
        [f32(1, 1), q],
        [f32(1), r],
      ]);
    step();
    expect(optimizer.lastStep?.gradientNorm).to.equal(undefined);
    optimizer.clipnorm = 1;
    step();
    expect(optimizer.lastStep?.gradientNorm).to.equal(5);
    step();
    optimizer.release([q]);
    expect(optimizer.lastStep?.gradientNorm).to.equal(undefined);
    stepperOf(optimizer).hooks = null;
    step();
    expect(optimizer.lastStep?.gradientNorm).to.be.closeTo(Math.sqrt(3), 1e-12);
  });
});

describe('a record of a step', () => {
  it('keeps neither its optimizer nor the gradients', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const make = () => {
      const [optimizer, g] = [new Adamax(), f32(3, 4)];
      optimizer.applyGradients([[g, f32(1, 1)]]);
      return { record: optimizer.lastStep, refs: [new WeakRef<object>(optimizer), new WeakRef<object>(g)] };
    };
    const { record, refs } = make();
    for (let k = 0; k < 50 && refs.some((ref) => ref.deref() !== undefined); k++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      collect();
    }
    expect(refs.map((ref) => ref.deref())).to.deep.equal([undefined, undefined]);
    expect(record?.gradientNorm).to.equal(undefined);
  });
});
