import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { trained } from './trained.js';

describe('slots', () => {
  it('addSlot adds them, and getSlot finds them or says which there are', () => {
    const { optimizer, a } = trained(0);
    expectError(
      () => optimizer.getSlot(a, 'm'),
      RangeError,
      'ERR_ADAMAX_SLOT',
      /^slotName of 'a' must have been made by .*: received 'm'$/,
    );
    const m = optimizer.addSlot(a, 'm');
    expect(optimizer.getSlot(a, 'm')).to.equal(m);
    expect(optimizer.addSlot(a, 'm')).to.equal(m);
    const ema = optimizer.addSlot(a, 'ema');
    expect(ema.shape).to.deep.equal([2]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/a/m', 'Adamax/a/ema']);
    expectError(() => optimizer.getSlot(a, 'x'), RangeError, 'ERR_ADAMAX_SLOT', /must be one of m, ema: received 'x'$/);
    optimizer.applyGradients([[f32(1, 1), a]]);
    expect(m.data[0]).to.be.closeTo(0.1, 1e-7);
  });

  it('build makes slots once, in the order of Keras', () => {
    const { optimizer, a, b } = trained(0);
    optimizer.build([a, b, a]);
    optimizer.build([b]);
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal([
      'iter',
      'Adamax/a/m',
      'Adamax/b/m',
      'Adamax/a/v',
      'Adamax/b/v',
    ]);
    expectError(
      () => optimizer.build([3 as never]),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^varList\[0\] must be a float32 Variable, a Float32Array or an iterable of them: received 3$/,
    );
  });

  it('build makes slots for all of its variables or for none', () => {
    const { optimizer, a } = trained(0);
    const twin = new Variable(a.data.subarray(1), { name: 'twin' });
    expectError(
      () => optimizer.build([a, twin]),
      RangeError,
      'ERR_ADAMAX_OVERLAP',
      /^'twin' at varList\[1\] must not share memory with 'a'/,
    );
    expect(optimizer.weights).to.have.length(1);
    optimizer.build([twin]); // what failed before left no trace
    expect(optimizer.weights.map((w) => w.name)).to.deep.equal(['iter', 'Adamax/twin/m', 'Adamax/twin/v']);
  });

  it('addSlot takes initializers by name, by function, and values', () => {
    const v = new Variable(f32(1, 2, 3, 4), { shape: [2, 2] });
    const optimizer = new Adamax();
    expect([...optimizer.addSlot(v, 'a', 'ones').data]).to.deep.equal([1, 1, 1, 1]);
    expect([...optimizer.addSlot(v, 'b', 7).data]).to.deep.equal([7, 7, 7, 7]);
    expect([...optimizer.addSlot(v, 'c', [1, 2, 3, 4]).data]).to.deep.equal([1, 2, 3, 4]);
    expect([...optimizer.addSlot(v, 'm', () => f32(9, 9, 9, 9)).data]).to.deep.equal([9, 9, 9, 9]);
    expect([...optimizer.addSlot(v, 'a', 'zeros').data]).to.deep.equal([1, 1, 1, 1]);
    expect(() => optimizer.addSlot(v, 'd', 'nonsense'))
      .to.throw()
      .with.property('code');
    expect(() => optimizer.addSlot(v, 'd', [1, 2]))
      .to.throw(RangeError)
      .with.property('code');
    optimizer.applyGradients([[f32(0, 0, 0, 0), v]]);
    expect(optimizer.getSlot(v, 'm').data[0]).to.be.closeTo(8.1, 1e-6);
    expect(optimizer.weights.map(({ name }) => name.split('/').at(-1))).to.deep.equal([
      'iter',
      'a',
      'b',
      'c',
      'm',
      'v',
    ]);
  });
});
