import { Adamax, IndexedSlices, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { onEveryImplementation } from '../support/implementations.js';

onEveryImplementation('a variable without elements', () => {
  const kinds = [Int32Array, Uint32Array] as const;

  it('has as many rows as its shape says', () => {
    const w = new Variable(f32(1), { name: 'w' });
    for (const [shape, rows] of [
      [[5, 0], 5],
      [[5, 3, 0], 5],
      [[0, 3], 0],
      [[0], 0],
    ] as const) {
      const table = new Variable(f32(), { shape, name: 'table' });
      const optimizer = new Adamax();
      const rowLength = shape.slice(1).reduce((a: number, b) => a * b, 1);
      const step = (indices: Int32Array | Uint32Array | BigInt64Array) =>
        optimizer.applyGradients([
          [f32(1), w],
          [new IndexedSlices(new Float32Array(indices.length * rowLength), indices), table],
        ]);
      expect(step(Int32Array.of())).to.equal(1);
      for (const Kind of kinds) if (rows > 0) step(Kind.of(0, rows - 1, 0));
      if (rows > 0) step(BigInt64Array.of(BigInt(rows - 1)));
      const [count, at] = [optimizer.iterations.item(), w.data[0]];
      for (const [bad, received] of [
        [Int32Array.of(rows), rows],
        [Int32Array.of(-1), -1],
        [BigInt64Array.of(2n ** 40n), 2 ** 40],
      ] as const) {
        const message = new RegExp(`indices\\[0\\] must be in \\[0, ${rows}\\): received ${received}$`);
        expectError(() => step(bad), RangeError, 'ERR_ADAMAX_INDEX', message);
      }
      expect([optimizer.iterations.item(), w.data[0]]).to.deep.equal([count, at]);
    }
  });

  it('has no rows of more elements than a number counts', () => {
    const huge = () => new Variable(f32(), { shape: [0, 2 ** 52, 2 ** 52] });
    expectError(huge, RangeError, 'ERR_ADAMAX_SHAPE', /^shape must hold less than 2⁵³ elements: received \[ 0, .* \]$/);
    const table = new Variable(f32(), { shape: [2 ** 52, 0] });
    expect(new Adamax().applyGradients([[new IndexedSlices(f32(), [2 ** 32 - 1]), table]])).to.equal(1);
  });
});
