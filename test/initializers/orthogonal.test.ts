import { initializers } from 'adamax';
import { expect } from 'chai';
import { orthonormalize } from '#internals';
import { expectError } from '../support/errors.js';

const { orthogonal, randomNormal } = initializers;

describe('orthogonal', () => {
  /** The largest difference of products of rows, or columns, from those of an orthogonal matrix. */
  function defect(values: Float32Array | Float64Array, rows: number, columns: number, gain: number): number {
    const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
    const at = (vector: number, i: number) => values[rows < columns ? vector * columns + i : i * columns + vector];
    let most = 0;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        most = Math.max(most, Math.abs(product / gain ** 2 - (a === b ? 1 : 0)));
      }
    }
    return most;
  }

  for (const [shape, rows, columns] of [
    [[1, 1], 1, 1],
    [[5, 5], 5, 5],
    [[100, 100], 100, 100],
    [[200, 30], 200, 30],
    [[30, 200], 30, 200],
    [[3, 3, 8, 16], 72, 16],
    [[2, 3, 100], 6, 100],
  ] as const) {
    it(`is orthogonal: ${shape.join(' × ')}`, () => {
      for (const gain of [1, -0.5]) {
        const values = orthogonal({ gain, seed: 3 })(shape);
        expect(values).to.have.length(rows * columns);
        expect(defect(values, rows, columns, gain)).to.be.below(1e-6);
      }
    });
  }

  it('is what QR with a positive diagonal makes of the normal numbers', () => {
    const [a, b, c, d] = randomNormal({ stddev: 1, seed: 4 })([4]);
    // columns (a, b) and (c, d); the second loses its part along the first
    const norm = Math.hypot(a, b);
    const sign = Math.sign(a * d - b * c);
    const expected = [a, -b * sign, b, a * sign].map((x) => x / norm);
    const values = orthogonal({ seed: 4 })([2, 2]);
    expected.forEach((x, i) => {
      expect(values[i]).to.be.closeTo(x, 1e-6);
    });
  });

  it('makes vectors orthogonal that hardly differ', () => {
    const n = 10; // Hilbert's matrix, of condition 10¹³
    const vectors = Float64Array.from({ length: n * n }, (_, i) => 1 / (1 + (i % n) + Math.floor(i / n)));
    orthonormalize(vectors, n);
    expect(defect(vectors, n, n, 1)).to.be.below(1e-14);
  });

  it('is uniform: determinants of either sign, elements of mean 0 and variance 1 / n', () => {
    const n = 4000;
    let [positive, first, square] = [0, 0, 0];
    for (let seed = 0; seed < n; seed++) {
      const [a, b, c, d] = orthogonal({ seed })([2, 2]);
      if (a * d - b * c > 0) positive++;
      first += a;
      square += d * d;
    }
    expect(positive / n).to.be.closeTo(0.5, 2 / Math.sqrt(n));
    expect(first / n).to.be.closeTo(0, 4 / Math.sqrt(2 * n));
    expect(square / n).to.be.closeTo(0.5, 4 / Math.sqrt(8 * n));
  });

  it('needs two dimensions, which may be empty', () => {
    for (const shape of [[], [4]]) {
      expectError(
        () => orthogonal()(shape),
        RangeError,
        'ERR_ADAMAX_SHAPE',
        /^shape of orthogonal must have at le.*\]$/,
      );
    }
    expect(orthogonal()([0, 3])).to.have.length(0);
    expect(orthogonal()([3, 0])).to.have.length(0);
  });
});
