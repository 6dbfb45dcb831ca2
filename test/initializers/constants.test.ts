import { initializers } from 'adamax';
import { expect } from 'chai';
import { expectError } from '../support/errors.js';

const { constant, identity, ones, zeros } = initializers;

describe('constant initializers', () => {
  it('fill arrays of the shape', () => {
    const cases: [initializers.Initializer, number][] = [
      [zeros(), 0],
      [ones(), 1],
      [constant(), 0],
      [constant({ value: -2.5 }), -2.5],
      [constant({ value: Infinity }), Infinity],
    ];
    for (const [initializer, value] of cases) {
      for (const shape of [[], [0], [3], [2, 3], [2, 0, 3], [2, 3, 4]]) {
        const values = initializer(shape);
        expect(values).to.be.an.instanceOf(Float32Array);
        expect(values).to.have.length(shape.reduce((size, n) => size * n, 1));
        expect(values.every((x) => x === value)).to.equal(true);
      }
      expect(initializer([2])).to.not.equal(initializer([2]));
    }
  });

  it('identity has a diagonal, in matrices of any shape', () => {
    expect([...identity()([2, 2])]).to.deep.equal([1, 0, 0, 1]);
    expect([...identity({ gain: 0.5 })([2, 3])]).to.deep.equal([0.5, 0, 0, 0, 0.5, 0]);
    expect([...identity({ gain: -3 })([3, 2])]).to.deep.equal([-3, 0, 0, -3, 0, 0]);
    expect([...identity()([0, 3])]).to.deep.equal([]);
    for (const shape of [[], [4], [2, 2, 2]]) {
      expectError(() => identity()(shape), RangeError, 'ERR_ADAMAX_SHAPE', /^shape of identity must have 2 dim.*\]$/);
    }
  });
});
