import { Adamax, type Gradient, IndexedSlices, Variable } from 'adamax';
import { adamaxScalars, isa, setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { type State, stepDense, stepRows, sumOfSquares } from '../support/oracle.js';
import { runModule } from '../support/process.js';

const ROW = 24;
const TABLE_ROWS = 9000;
const CLIPNORM = 3;
const CLIPVALUE = 0.02;
/** Sizes on both sides of where a variable is cut, and small ones that share a part. */
const SIZES = [7, 65535, 65536, 65537, 300, 40000, 200001, 1];

describe('setThreads', () => {
  const before_ = threads();
  after(() => setThreads(before_));

  it('is what threads() says, where there are threads', () => {
    for (const n of [1, 3, 256, 2]) {
      setThreads(n);
      expect(threads()).to.equal(isa() === 'js' ? 1 : n);
    }
  });

  it('refuses what is no number of threads', () => {
    const before = threads();
    for (const n of ['2', null, undefined, {}]) {
      expectError(() => setThreads(n as number), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^n must be a number: received/);
    }
    for (const n of [0, -1, 257, 1.5, Number.NaN, Infinity]) {
      expectError(
        () => setThreads(n),
        RangeError,
        'ERR_ADAMAX_ARG_VALUE',
        /^n must be a whole number from 1 to 256: received/,
      );
    }
    expect(threads()).to.equal(before);
  });

  it('is preset by ADAMAX_THREADS', () => {
    const print = `import { threads } from 'adamax/kernels'; process.stdout.write(String(threads()));`;
    expect(runModule(print, { ADAMAX_THREADS: '5' }).stdout).to.equal(isa() === 'js' ? '1' : '5');
    expect(runModule(print, { ADAMAX_THREADS: '5', ADAMAX_ISA: 'js' }).stdout).to.equal('1');
    expect(Number(runModule(print, { ADAMAX_THREADS: '' }).stdout)).to.be.within(1, 256);
    const { code, stderr } = runModule(print, { ADAMAX_THREADS: 'many' });
    expect(code).to.equal(1);
    expect(stderr).to.match(/ADAMAX_THREADS must be a whole number from 1 to 256: received 'many'/);
  });

  it('is a setting of each worker thread by itself', () => {
    const { stdout, stderr } = runModule(`
      import { Worker } from 'node:worker_threads';
      import { isa, setThreads, threads } from 'adamax/kernels';
      setThreads(3);
      const worker = new Worker("import('adamax/kernels').then((k) => { k.setThreads(7); })", { eval: true });
      await new Promise((resolve) => worker.on('exit', resolve));
      process.stdout.write(String(isa() === 'js' ? 3 : threads()));
    `);
    expect({ stdout, stderr }).to.deep.equal({ stdout: '3', stderr: '' });
  });
});

onEveryImplementation('threads', () => {
  const before_ = threads();
  after(() => setThreads(before_));

  const count = (n: number) => (n === 1 ? '1 thread' : `${n} threads`);

  for (const n of [1, 2, 3, 8]) {
    it(`a step on ${count(n)} has the bits of the oracle`, () => {
      setThreads(n);
      const random = new Random(11);
      const optimizer = new Adamax();
      const sizes = [...SIZES, TABLE_ROWS * ROW];
      const variables = sizes.map((size) => new Variable(random.normals(size), { shape: shapeOf(size) }));
      const expected = variables.map(
        ({ data, size }): State => ({ param: data.slice(), m: new Float32Array(size), u: new Float32Array(size) }),
      );
      for (let step = 1; step <= 2; step++) {
        const scalars = adamaxScalars({ step });
        const gradients = SIZES.map((size) => random.normals(size));
        // Some rows more than once, and far apart.
        const rows = Array.from({ length: 4000 }, () => random.below(TABLE_ROWS));
        const values = random.normals(rows.length * ROW);
        const slices = new IndexedSlices(values, rows);
        optimizer.applyGradients(
          variables.map((variable, i): [Gradient, Variable] => [gradients[i] ?? slices, variable]),
        );
        expected.forEach((state, i) => {
          if (i < SIZES.length) stepDense(state, gradients[i], scalars);
          else stepRows(state, ROW, values, rows, scalars);
        });
      }
      variables.forEach((variable, i) => {
        expectSameBits(variable.data, expected[i].param, `variable of ${variable.size}`);
        expectSameBits(optimizer.getSlot(variable, 'm').data, expected[i].m, `m of ${variable.size}`);
        expectSameBits(optimizer.getSlot(variable, 'v').data, expected[i].u, `v of ${variable.size}`);
      });
    });
  }

  for (const n of [1, 2, 5]) {
    it(`a clipped step on ${count(n)} has the bits of the oracle`, () => {
      setThreads(n);
      const random = new Random(12);
      const sizes = [...SIZES, TABLE_ROWS * ROW];
      const optimizer = new Adamax({ clipnorm: CLIPNORM, clipvalue: CLIPVALUE });
      const variables = sizes.map((size) => new Variable(random.normals(size), { shape: shapeOf(size) }));
      const gradients = SIZES.map((size) => random.normals(size));
      const rows = Array.from({ length: 7000 }, () => random.below(TABLE_ROWS));
      const values = random.normals(rows.length * ROW);
      const expected = variables.map(
        ({ data, size }): State => ({ param: data.slice(), m: new Float32Array(size), u: new Float32Array(size) }),
      );
      const slices = new IndexedSlices(values, rows);
      optimizer.applyGradients(
        variables.map((variable, i): [Gradient, Variable] => [gradients[i] ?? slices, variable]),
      );
      const scalars = adamaxScalars({ step: 1 });
      expected.forEach((state, i) => {
        if (i < SIZES.length) stepDense(state, clipped(gradients[i]), scalars);
        else stepRows(state, ROW, clipped(values), rows, scalars);
      });
      variables.forEach((variable, i) => {
        expectSameBits(variable.data, expected[i].param, `variable of ${variable.size}`);
      });
    });
  }
});

/** First by norm, then by value. */
function clipped(gradient: Float32Array): Float32Array {
  const norm = Math.sqrt(sumOfSquares(gradient));
  const factor = norm <= CLIPNORM ? 1 : CLIPNORM / norm;
  const scaled = gradient.map((x) => x * Math.fround(factor));
  return scaled.map((x) => Math.max(-CLIPVALUE, Math.min(CLIPVALUE, x)));
}

function shapeOf(size: number): number[] {
  return size === TABLE_ROWS * ROW ? [TABLE_ROWS, ROW] : [size];
}
