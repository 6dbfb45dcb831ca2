import { Adamax, type AdamaxOptions, type Gradient, IndexedSlices, SGD, Variable } from 'adamax';
import { expect } from 'chai';
import { expectSameBits, f32, LENGTHS, Random } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';
import { sumOfSquares } from '../support/oracle.js';

/** What one step of SGD with rate 1 takes from a variable at 0: minus the clipped gradient. */
function clipped(gradient: Gradient, shape: number[], options: { clipnorm?: number; clipvalue?: number }): number[] {
  const variable = new Variable(new Float32Array(shape.reduce((a, b) => a * b, 1)), { shape });
  new SGD({ learningRate: 1, ...options }).applyGradients([[gradient, variable]]);
  return Array.from(variable.data, (x) => 0 - x);
}

/** The contract: factor = clipnorm / ‖g‖ in float64, rounded once; then one product, then the bounds. */
function clipOracle(grad: Float32Array, clipnorm: number, clipvalue: number): Float32Array {
  const norm = Math.sqrt(sumOfSquares(grad));
  const factor = f32(norm <= clipnorm ? 1 : clipnorm / norm)[0];
  const bound = f32(clipvalue)[0];
  return grad.map((g) => {
    const scaled = f32(g * factor)[0];
    if (scaled > bound) return bound;
    return scaled < -bound ? -bound : scaled;
  });
}

onEveryImplementation('clipping', () => {
  it('is by norm, by value, or first by norm and then by value', () => {
    const close = (actual: number[], expected: number[]) => {
      expected.forEach((x, i) => {
        expect(actual[i]).to.be.closeTo(x, 1e-7);
      });
    };
    close(clipped(f32(3, 4), [2], { clipnorm: 1 }), [0.6, 0.8]);
    close(clipped(f32(3, 4), [2], { clipvalue: 3.5 }), [3, 3.5]);
    close(clipped(f32(3, -4), [2], { clipnorm: 1, clipvalue: 0.7 }), [0.6, -0.7]);
    close(clipped(f32(3, 4), [2], { clipnorm: 1, clipvalue: 2 }), [0.6, 0.8]);
    close(clipped(f32(100, 100), [2], { clipnorm: 1 }), [Math.SQRT1_2, Math.SQRT1_2]);
  });

  it('is per gradient, not over all of them', () => {
    const [a, b] = [f32(0), f32(0)];
    new SGD({ learningRate: 1, clipnorm: 2 }).applyGradients([
      [f32(3), a],
      [f32(1), b],
    ]);
    expect([...a, ...b]).to.deep.equal([-2, -1]);
  });

  it('takes the norm of the values of a sparse gradient, and clips slices before they are summed', () => {
    const slices = new IndexedSlices(f32(3, 4), [0, 0]);
    const [sum, rest] = clipped(slices, [2, 1], { clipnorm: 1 });
    expect(sum).to.be.closeTo(1.4, 1e-7);
    expect(rest).to.equal(0);
    expect(clipped(slices, [2, 1], { clipvalue: 1 })).to.deep.equal([2, 0]);
  });

  it('leaves a gradient within the bounds as it is, to the bit', () => {
    const grad = new Random(4).normals(37, 0.01);
    expectSameBits(f32(...clipped(grad, [37], { clipnorm: 1, clipvalue: 1 })), grad, 'gradient');
  });

  it('has an answer for zero, infinity and NaN', () => {
    expect(clipped(f32(0, 0), [2], { clipnorm: 1 })).to.deep.equal([0, 0]);
    expect(clipped(f32(0, 0), [2], { clipnorm: 0 })).to.deep.equal([0, 0]);
    expect(clipped(f32(3, 4), [2], { clipnorm: 0 })).to.deep.equal([0, 0]);
    expect(clipped(f32(3, -4), [2], { clipvalue: 0 }).map(Math.abs)).to.deep.equal([0, 0]);
    expect(clipped(f32(3, Infinity), [2], { clipnorm: 1 })).to.deep.equal([0, NaN]);
    expect(clipped(f32(3, NaN), [2], { clipnorm: 1 })).to.deep.equal([NaN, NaN]);
    expect(clipped(f32(3, NaN, -Infinity), [3], { clipvalue: 1 })).to.deep.equal([1, NaN, -1]);
    expect(clipped(f32(3e38, 3e38), [2], { clipnorm: 1 })[0]).to.be.closeTo(Math.SQRT1_2, 1e-6); // 1 / ‖g‖ is subnormal
  });

  it('has the bits of the contract at every length, and never writes to the gradient', () => {
    const random = new Random(8);
    for (const n of LENGTHS.filter((length) => length > 0)) {
      const grad = n % 2 === 0 ? random.normals(n) : random.wild(n).map((x) => (Number.isFinite(x) ? x : 1));
      const before = grad.slice();
      const [clipnorm, clipvalue] = [0.5 * Math.sqrt(sumOfSquares(grad)), 0.75];
      const expected = clipOracle(grad, clipnorm, clipvalue);
      const [a, b] = [new Float32Array(n), new Float32Array(n)];
      new Adamax({ clipnorm, clipvalue }).applyGradients([[grad, a]]);
      new Adamax().applyGradients([[expected, b]]);
      expectSameBits(a, b, `length ${n}`);
      expectSameBits(grad, before, 'gradient');
    }
  });

  it('has the bits of the contract on rows, each slice by itself', () => {
    const random = new Random(9);
    for (const rowLength of [1, 3, 8, 17, 64]) {
      const indices = [3, 1, 3, 0, 1, 3];
      const values = random.normals(indices.length * rowLength);
      const expected = clipOracle(values, 1.5, 0.3);
      const tables = [0, 1].map(() => new Variable(new Float32Array(4 * rowLength), { shape: [4, rowLength] }));
      new Adamax({ clipnorm: 1.5, clipvalue: 0.3 }).applyGradients([[new IndexedSlices(values, indices), tables[0]]]);
      new Adamax().applyGradients([[new IndexedSlices(expected, indices), tables[1]]]);
      expectSameBits(tables[0].data, tables[1].data, `rows of ${rowLength}`);
    }
  });

  it('takes the steps calculated in float64 on 10x² + y²', () => {
    const table: [AdamaxOptions, number[][]][] = [
      [
        {},
        [
          [0.9000000005, 0.900000005],
          [0.8051683271692486, 0.805168335703866],
          [0.7154994733936834, 0.7154994855061743],
        ],
      ],
      [
        { clipnorm: 1 },
        [
          [0.9000000100498746, 0.9000001004986552],
          [0.800000020052616, 0.800000205710624],
          [0.700000029990549, 0.7000003174033967],
        ],
      ],
      [
        { clipvalue: 1 },
        [
          [0.90000001, 0.90000001],
          [0.80000002, 0.80000002],
          [0.70000003, 0.70000003],
        ],
      ],
      [
        { clipnorm: 1, clipvalue: 0.5 },
        [
          [0.90000002, 0.9000001004986552],
          [0.80000004, 0.8000002051921201],
          [0.70000006, 0.7000003156501705],
        ],
      ],
    ];
    for (const [options, rows] of table) {
      const p = f32(1, 1);
      const optimizer = new Adamax({ learningRate: 0.1, ...options });
      for (const row of rows) {
        optimizer.applyGradients([[f32(20 * p[0], 2 * p[1]), p]]);
        row.forEach((x, i) => {
          expect(p[i]).to.be.closeTo(x, 3e-7);
        });
      }
    }
  });
});

describe('clipnorm and clipvalue', () => {
  it('can be read, changed and taken away between steps', () => {
    const optimizer = new SGD({ learningRate: 1, clipnorm: 1 });
    const p = f32(0);
    const step = () => {
      optimizer.applyGradients([[f32(4), p]]);
      return p[0];
    };
    expect([optimizer.clipnorm, optimizer.clipvalue]).to.deep.equal([1, undefined]);
    expect(step()).to.equal(-1);
    optimizer.clipnorm = 2;
    expect(step()).to.equal(-3);
    optimizer.clipnorm = undefined;
    optimizer.clipvalue = 3;
    expect(step()).to.equal(-6);
    optimizer.clipvalue = null;
    expect(step()).to.equal(-10);
  });

  it('are validated alike as options and as attributes', () => {
    for (const key of ['clipnorm', 'clipvalue'] as const) {
      for (const value of [-1, NaN, Infinity]) {
        const message = new RegExp(`^${key} must be a finite number ≥ 0: received ${value}$`);
        expectError(() => new Adamax({ [key]: value }), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
        const optimizer = new Adamax();
        expectError(
          () => {
            optimizer[key] = value;
          },
          RangeError,
          'ERR_ADAMAX_ARG_VALUE',
          message,
        );
      }
      expectError(
        () => new Adamax({ [key]: '1' } as never),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        new RegExp(`^${key} must be a number`),
      );
    }
  });
});
