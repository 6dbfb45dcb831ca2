import { Adamax, type Gradient, IndexedSlices, type OptimizerOptions, Variable } from 'adamax';
import { setThreads, threads } from 'adamax/kernels';
import { expect } from 'chai';
import { expectSameBits, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { snapshot } from '../support/snapshot.js';

/** Every tail of a vector, a block and a piece and what lies around them. */
const LENGTHS = [1, 2, 7, 16, 17, 31, 33, 100, 513, 4097, 65537];
const BAD = [NaN, Infinity, -Infinity];
/** The largest finite number of float32. */
const LARGEST = 3.4028234663852886e38;
const LEAST = 2 ** -149;

const settings: [string, OptimizerOptions][] = [
  ['alone', {}],
  ['with clipnorm', { clipnorm: 0.5 }],
  ['with clipvalue and bfloat16 slots', { clipvalue: 0.1, slotDtype: 'bfloat16' }],
];

onEveryImplementation('a step whose gradients must be finite', () => {
  const before = threads();
  afterEach(() => setThreads(before));

  for (const [title, options] of settings) {
    it(`finds a NaN or an infinity wherever it is, and changes nothing, ${title}`, () => {
      const random = new Random(5);
      const [thrower, skipper] = (['throw', 'skip'] as const).map((nonFinite) => new Adamax({ ...options, nonFinite }));
      for (const length of LENGTHS) {
        const [p, q] = [new Variable(random.normals(length), { name: 'p' }), new Variable(random.normals(3))];
        const gradient = random.normals(length);
        const pairs: [Gradient, Variable][] = [
          [random.normals(3), q],
          [gradient, p],
        ];
        const count = thrower.applyGradients(pairs);
        expect(skipper.applyGradients(pairs)).to.equal(count);
        // Slots of long variables take long to print.
        const state = () =>
          length < 5000 ? [snapshot(thrower, p.data, q.data), snapshot(skipper, p.data, q.data)] : [];
        const [old, oldP, oldQ] = [state(), p.data.slice(), q.data.slice()];
        for (const at of new Set([0, length >> 1, length - 1])) {
          const good = gradient[at];
          for (const bad of BAD) {
            gradient[at] = bad;
            const message = new RegExp(`^gradient of 'p' at \\S+\\[0\\]\\[${at}\\] must be finite: received ${bad}$`);
            expectError(() => thrower.applyGradients(pairs), RangeError, 'ERR_ADAMAX_NON_FINITE', message);
            expect(skipper.applyGradients(pairs)).to.equal(count);
          }
          gradient[at] = good;
        }
        expect(state()).to.deep.equal(old);
        expectSameBits(p.data, oldP, `${length} elements`);
        expectSameBits(q.data, oldQ, 'the other variable');
        for (const optimizer of [thrower, skipper]) optimizer.release([p, q]);
      }
      expect(skipper.skippedSteps).to.be.greaterThan(3 * LENGTHS.length);
    });

    it(`has the bits of a step that is not guarded, whatever is finite, ${title}`, () => {
      const random = new Random(6);
      for (const count of [1, 2, 4]) {
        setThreads(count);
        const lengths = [0, 1, 40, 65537];
        const starts = lengths.map((length) => random.normals(length));
        const rows = random.normals(6 * 5);
        const results = (['propagate', 'throw', 'skip'] as const).map((nonFinite) => {
          const optimizer = new Adamax({ ...options, nonFinite });
          const variables = starts.map((data) => new Variable(data.slice()));
          const table = new Variable(new Float32Array(4 * 5), { shape: [4, 5] });
          const fill = new Random(7);
          for (let k = 1; k <= 3; k++) {
            const pairs = variables.map((variable): [Gradient, Variable] => {
              const gradient = fill.wild(variable.size).map((x) => (Number.isFinite(x) ? x : LARGEST));
              return [gradient, variable];
            });
            const slices = new IndexedSlices(rows, [3, 0, 3, 3, 1, 0]);
            expect(optimizer.applyGradients([...pairs, [slices, table]])).to.equal(k);
          }
          return [...variables, table].map(({ data }) => data);
        });
        for (const result of results.slice(1)) {
          result.forEach((data, i) => {
            expectSameBits(data, results[0][i], `variable ${i} on ${count} threads`);
          });
        }
      }
    });
  }

  it('takes the largest and the least numbers for what they are', () => {
    const optimizer = new Adamax({ nonFinite: 'throw' });
    for (const x of [LARGEST, -LARGEST, LEAST, -LEAST, -0, 2 ** -127]) {
      for (const length of [1, 37, 65537]) {
        const variable = new Variable(new Float32Array(length));
        const before = optimizer.iterations.item();
        expect(optimizer.applyGradients([[new Float32Array(length).fill(x), variable]])).to.equal(before + 1);
      }
    }
  });

  it('finds it on any number of threads, in whichever variable, and names the first', () => {
    const random = new Random(8);
    const lengths = [65541, 5, 0, 131072, 600, 1, 40];
    const optimizer = new Adamax({ nonFinite: 'throw' });
    const variables = lengths.map((length, i) => new Variable(random.normals(length), { name: `v${i}` }));
    const gradients = variables.map(({ size }) => random.normals(size));
    const pairs = variables.map((variable, i): [Gradient, Variable] => [gradients[i], variable]);
    optimizer.applyGradients(pairs);
    const before = variables.map(({ data }) => data.slice());
    for (const count of [1, 2, 4]) {
      setThreads(count);
      for (let i = variables.length - 1; i >= 0; i--) {
        if (lengths[i] === 0) continue;
        gradients[i][lengths[i] - 1] = NaN;
        const message = new RegExp(
          `^gradient of 'v${i}' at \\S+\\[0\\]\\[${lengths[i] - 1}\\] must be finite: received NaN$`,
        );
        expectError(() => optimizer.applyGradients(pairs), RangeError, 'ERR_ADAMAX_NON_FINITE', message);
      }
      for (const gradient of gradients) if (gradient.length > 0) gradient[gradient.length - 1] = 1;
    }
    variables.forEach(({ data }, i) => {
      expectSameBits(data, before[i], `variable ${i}`);
    });
    expect(optimizer.applyGradients(pairs)).to.equal(2);
  });

  it('finds it in gradients that come in another array each time, and in one after the other', () => {
    const p = new Variable(new Float32Array(8), { name: 'p' });
    const optimizer = new Adamax({ nonFinite: 'skip' });
    for (let k = 0; k < 12; k++) {
      const gradient = new Float32Array(8).fill(1);
      if (k % 3 === 2) gradient[7] = NaN;
      optimizer.applyGradients([[gradient, p]]);
    }
    expect([optimizer.iterations.item(), optimizer.skippedSteps]).to.deep.equal([8, 4]);
    const plain = new Adamax();
    const q = new Float32Array(8);
    for (let k = 0; k < 8; k++) plain.applyGradients([[new Float32Array(8).fill(1), q]]);
    expectSameBits(p.data, q, 'p');
  });

  it('looks at all values of a sparse gradient, after its indices', () => {
    const table = new Variable(new Float32Array(12), { name: 'table', shape: [4, 3] });
    const optimizer = new Adamax({ nonFinite: 'throw' });
    const step = (values: Float32Array, indices: number[]) => {
      return optimizer.applyGradients([[new IndexedSlices(values, indices), table]]);
    };
    const values = new Float32Array(9).fill(1);
    step(values, [1, 3, 1]);
    const before = snapshot(optimizer, table.data);
    for (const at of [0, 4, 8]) {
      const bad = values.slice();
      bad[at] = -Infinity;
      const message = new RegExp(
        `^gradient of 'table' at \\S+\\[0\\]\\.values\\[${at}\\] must be finite: received -Infinity$`,
      );
      expectError(() => step(bad, [1, 3, 1]), RangeError, 'ERR_ADAMAX_NON_FINITE', message);
      expectError(() => step(bad, [1, 3, 4]), RangeError, 'ERR_ADAMAX_INDEX', /received 4$/);
    }
    expect(snapshot(optimizer, table.data)).to.equal(before);
    expect(step(new Float32Array(0), [])).to.equal(2);
  });

  it('does not look at what it does not step by', () => {
    const optimizer = new Adamax({ nonFinite: 'throw' });
    const [p, frozen] = [new Variable(Float32Array.of(1)), new Variable(Float32Array.of(1), { trainable: false })];
    const count = optimizer.applyGradients([
      [Float32Array.of(1), p],
      [Float32Array.of(NaN), frozen],
      [null, new Float32Array(1)],
    ]);
    expect(count).to.equal(1);
    expect(optimizer.applyGradients([[new Float32Array(0), new Float32Array(0)]])).to.equal(2);
  });

  it('leaves no trace of a first step: no slot, no count, no variable', () => {
    for (const nonFinite of ['throw', 'skip'] as const) {
      const optimizer = new Adamax({ nonFinite });
      const p = new Variable(Float32Array.of(1, 2), { name: 'p' });
      try {
        expect(optimizer.applyGradients([[Float32Array.of(1, NaN), p]])).to.equal(0);
      } catch (error) {
        expect(error).to.have.property('code', 'ERR_ADAMAX_NON_FINITE');
      }
      expect([optimizer.weights.length, optimizer.getSlotNames(), ...p.data]).to.deep.equal([1, [], 1, 2]);
      // Another variable of that name may come.
      expect(
        optimizer.applyGradients([[Float32Array.of(1), new Variable(Float32Array.of(1), { name: 'p' })]]),
      ).to.equal(1);
    }
  });

  it('looks before it clips: clipvalue would make an infinity finite', () => {
    const p = new Variable(Float32Array.of(0));
    const optimizer = new Adamax({ clipvalue: 1, nonFinite: 'skip' });
    expect(optimizer.applyGradients([[Float32Array.of(Infinity), p]])).to.equal(0);
    optimizer.nonFinite = 'propagate';
    expect(optimizer.applyGradients([[Float32Array.of(Infinity), p]])).to.equal(1);
    expect(p.data[0]).to.be.closeTo(-0.001, 1e-6);
  });
});
