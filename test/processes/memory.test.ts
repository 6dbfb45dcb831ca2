import { expect } from 'chai';
import { runModule } from '../support/process.js';

const COLLECT = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const megabytes = async () => {
    // Native memory goes in the turns after the collection that let go of its owner.
    for (let i = 0; i < 3; i++) { collect(); await new Promise(setImmediate); }
    return process.memoryUsage().rss / 2 ** 20;
  };
  /** Megabytes of the round in which memory grew least: a leak grows in each, the allocators in some. */
  const growth = async (round) => {
    await round();
    let least = Infinity;
    for (let before = await megabytes(), i = 0; i < 5; i++) {
      await round();
      const after = await megabytes();
      least = Math.min(least, after - before);
      before = after;
    }
    return String(least);
  };
`;

/** Most megabytes a round: less than eight bytes a step would be, where there are 200,000 steps in it. */
const GROWTH = 1.5;

describe('memory', () => {
  it('is flat over a million steps and more of one list', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, IndexedSlices, Variable } from 'adamax';
      const table = new Variable(new Float32Array(600), { shape: [100, 6] });
      const rows = new IndexedSlices(new Float32Array(18), [7, 3, 7]);
      const [p, g] = [new Float32Array(64), new Float32Array(64).fill(1)];
      const optimizer = new Adamax({ learningRate: 1e-6, clipvalue: 0.5 });
      const steps = (n) => { for (let i = 0; i < n; i++) optimizer.applyGradients([[g, p], [rows, table]]); };
      process.stdout.write(await growth(() => steps(200_000)));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(GROWTH);
  });

  it('is flat when each step brings other arrays, fails, or is one of many optimizers', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, IndexedSlices, Variable } from 'adamax';
      const table = new Variable(new Float32Array(6000), { shape: [1000, 6] });
      const [small, large] = [new Float32Array(64), new Float32Array(3000)];
      const optimizer = new Adamax({ learningRate: 1e-6 });
      const step = (i) => {
        const bad = i % 10 === 0 ? 1000 : 3;
        const rows = new IndexedSlices(new Float32Array(60), Array.from({ length: 10 }, (_, k) => k * bad));
        try {
          optimizer.applyGradients([[new Float32Array(64), small], [new Float32Array(3000), large], [rows, table]]);
        } catch {}
        if (i % 20 === 0) new Adamax().applyGradients([[new Float32Array(5), new Float32Array(5)]]);
      };
      process.stdout.write(await growth(() => { for (let i = 0; i < 40_000; i++) step(i); }));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(GROWTH);
  });

  it('of the indices of sparse steps is taken once, however many optimizers have taken one', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, IndexedSlices, Variable } from 'adamax';
      const slices = 500_000;
      const table = new Variable(new Float32Array(slices), { shape: [slices, 1] });
      const rows = new IndexedSlices(new Float32Array(slices), Int32Array.from({ length: slices }, (_, i) => i));
      const optimizers = [];
      // Its slots are all that an optimizer keeps: 4 MB, where the index of a step would be 16.
      const round = () => {
        for (let i = 0; i < 5; i++) {
          const optimizer = new Adamax();
          optimizer.applyGradients([[rows, table]]);
          optimizers.push(optimizer);
        }
      };
      process.stdout.write(await growth(round));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more for five optimizers').to.be.below(5 * 4 + 10);
  });

  it('of optimizers that were dropped is bounded where the event loop does not turn', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax } from 'adamax';
      const [p, g] = [new Float32Array(5), new Float32Array(5)];
      const many = (n) => { for (let i = 0; i < n; i++) new Adamax().applyGradients([[g, p]]); };
      many(20_000);
      collect();
      const before = process.memoryUsage().rss / 2 ** 20;
      many(20_000);
      collect();
      process.stdout.write(String(process.memoryUsage().rss / 2 ** 20 - before));
    `);
    expect(stderr).to.equal('');
    // A function with a finalizer for each would be 12 MB more, and a plan without its functions 10.
    expect(Number(stdout), 'MB more for 20,000 optimizers').to.be.below(14);
  });

  it('is flat while implementations change from step to step', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax } from 'adamax';
      import { availableIsa, setIsa } from 'adamax/kernels';
      const all = availableIsa();
      const [p, g] = [new Float32Array(64), new Float32Array(64).fill(1)];
      const optimizer = new Adamax({ learningRate: 1e-6 });
      process.stdout.write(await growth(() => {
        for (let i = 0; i < 20_000; i++) {
          setIsa(all[i % all.length]);
          optimizer.applyGradients([[g, p]]);
        }
      }));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(GROWTH);
  });

  it('is flat where variables move from array to array, and are released', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, Variable } from 'adamax';
      const optimizer = new Adamax({ learningRate: 1e-6 });
      const [moving, g] = [new Variable(new Float32Array(1000)), new Float32Array(1000).fill(1)];
      const heap = new Float32Array(100_000);
      process.stdout.write(await growth(() => {
        for (let i = 0; i < 20_000; i++) {
          moving.rebind(new Float32Array(1000));
          const passing = heap.subarray(i % 50_000, (i % 50_000) + 10);
          optimizer.applyGradients([[g, moving], [new Float32Array(10), passing]]);
          optimizer.release([passing]);
        }
      }));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(GROWTH);
  });

  it('is flat over steps off the event loop, those that are refused among them', function () {
    this.timeout(120_000);
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, IndexedSlices, Variable } from 'adamax';
      const table = new Variable(new Float32Array(600_000), { shape: [1000, 600] });
      const optimizer = new Adamax({ learningRate: 1e-6 });
      const values = new Float32Array(600_000);
      const step = async (i) => {
        const rows = Int32Array.from({ length: 1000 }, (_, k) => (i % 3 === 0 && k === 999 ? -1 : k));
        await optimizer.applyGradientsAsync([[new IndexedSlices(values, rows), table]]).catch(() => {});
      };
      process.stdout.write(await growth(async () => { for (let i = 0; i < 600; i++) await step(i); }));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(GROWTH);
  });

  it('is taken only for the rows of a table that steps have touched', () => {
    const { stdout, stderr } = runModule(`${COLLECT}
      import { Adamax, IndexedSlices, Variable } from 'adamax';
      const [rows, width] = [1_000_000, 64]; // 256 MB, and as much for each slot
      const table = new Variable(new Float32Array(rows * width), { shape: [rows, width] });
      const optimizer = new Adamax();
      const before = await megabytes();
      const step = (seed) => {
        const indices = Int32Array.from({ length: 512 }, (_, k) => (k * 1949 + seed) % rows);
        optimizer.applyGradients([[new IndexedSlices(new Float32Array(512 * width).fill(1), indices), table]]);
      };
      step(0);
      step(3);
      process.stdout.write(String((await megabytes()) - before));
    `);
    expect(stderr).to.equal('');
    // 512 places, a few pages of 4 KiB each in three arrays: some 20 MB, of 768.
    expect(Number(stdout), 'MB more').to.be.below(64);
  });

  it('is taken only for touched rows too where the rule says that its slots start at 0', () => {
    const { stdout, stderr } = runModule(`${COLLECT}
      import { IndexedSlices, Optimizer, Variable } from 'adamax';
      const rule = { name: 'nothing', slots: ['zero'], initial: [0], scalars: 0, sweep() {} };
      class Nothing extends Optimizer {
        constructor() { super(rule, 'Nothing', { learningRate: 1 }); }
        writeScalars() {}
      }
      const [rows, width] = [1_000_000, 64];
      const table = new Variable(new Float32Array(rows * width), { shape: [rows, width] });
      const before = await megabytes();
      new Nothing().applyGradients([[new IndexedSlices(new Float32Array(width), [7]), table]]);
      process.stdout.write(String((await megabytes()) - before));
    `);
    expect(stderr).to.equal('');
    expect(Number(stdout), 'MB more').to.be.below(64);
  });
});
