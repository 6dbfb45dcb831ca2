import { initializers } from 'adamax';
import { expect } from 'chai';
import { initialize } from '#internals';
import { expectError } from '../support/errors.js';
import { detach } from '../support/memory.js';

const { randomNormal } = initializers;

const SHAPE = [2, 3];
const run = (identifier: unknown, shape: readonly number[] = SHAPE) => initialize('initializer', identifier, shape);

describe('initialize', () => {
  it('takes whatever get takes', () => {
    expect([...run('ones')]).to.deep.equal([1, 1, 1, 1, 1, 1]);
    expect([...run({ class_name: 'Constant', config: { value: 2 } }, [2])]).to.deep.equal([2, 2]);
    const seeded = randomNormal({ seed: 1 });
    expect(run(seeded)).to.deep.equal(seeded(SHAPE));
    expect(run(randomNormal)).to.have.length(6);
  });

  it('takes a number or values, which it copies', () => {
    expect([...run(0.5, [2])]).to.deep.equal([0.5, 0.5]);
    expect([...run(Infinity, [])]).to.deep.equal([Infinity]);
    expect([...run([1, 2, 3, 4, 5, NaN])]).to.deep.equal([1, 2, 3, 4, 5, NaN]);
    expect([...run([], [0, 2])]).to.deep.equal([]);
    const values = Float32Array.of(1, 2, 3, 4, 5, 6);
    const copy = run(values);
    expect(copy).to.deep.equal(values);
    expect(copy).to.not.equal(values);
    values[0] = 100;
    expect(copy[0]).to.equal(1);
    expect([...run(Float64Array.of(0.1), [1])]).to.deep.equal([Math.fround(0.1)]);
    expect([...run(Int8Array.of(-1, 2), [2])]).to.deep.equal([-1, 2]);
    expect(run(new Float32Array(8).subarray(2).fill(3))).to.have.property('byteOffset', 0);
  });

  it('gives a function the shape, and copies what it returns', () => {
    const shapes: (readonly number[])[] = [];
    const own = Float32Array.of(1, 2, 3, 4, 5, 6);
    const initial = run((shape: readonly number[]) => {
      shapes.push(shape);
      return own;
    });
    expect(shapes).to.deep.equal([SHAPE]);
    expect(shapes[0]).to.be.frozen.and.not.equal(SHAPE);
    expect(initial).to.deep.equal(own);
    expect(initial).to.not.equal(own);
    expect([...run(() => [1, 2], [2])]).to.deep.equal([1, 2]);
    expect([...run(() => 7, [2])]).to.deep.equal([7, 7]);
    const thrown = new Error('mine');
    expect(() =>
      run(() => {
        throw thrown;
      }),
    ).to.throw(thrown);
  });

  it('refuses values that do not fit', () => {
    const detached = new Float32Array(6);
    detach(detached);
    for (const values of [[1, 2], [], Float32Array.of(1), new Array(7).fill(0), detached]) {
      const n = values.length;
      const message = (of: string) =>
        new RegExp(`^initializer${of} must have 6 elements for shape \\[2, 3\\]: received ${n}$`);
      expectError(() => run(values), RangeError, 'ERR_ADAMAX_LENGTH', message(''));
      expectError(() => run(() => values), RangeError, 'ERR_ADAMAX_LENGTH', message('\\(\\)'));
    }
    for (const value of ['1', null, undefined, [1], 1n]) {
      const values = [1, 2, value, 4, 5, 6];
      const message = (of: string) => new RegExp(`^initializer${of}\\[2\\] must be a number: received \\S`);
      expectError(() => run(values), TypeError, 'ERR_ADAMAX_ARG_TYPE', message(''));
      expectError(() => run(() => values), TypeError, 'ERR_ADAMAX_ARG_TYPE', message('\\(\\)'));
    }
    const holes = new Array(6);
    expectError(() => run(holes), TypeError, 'ERR_ADAMAX_ARG_TYPE', /^initializer\[0\] must be a number: received und/);
    // a length of its own does not make it one
    const liar = Object.defineProperty(new Float32Array(2), 'length', { value: 6 });
    expectError(() => run(liar), RangeError, 'ERR_ADAMAX_LENGTH', /^initializer must have 6 elements .*: received 2$/);
  });

  it('refuses what is neither', () => {
    for (const value of [
      undefined,
      null,
      true,
      1n,
      {},
      new Map(),
      new BigInt64Array(6),
      new DataView(new ArrayBuffer(6)),
    ]) {
      expectError(
        () => run(value),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^initializer must be the name of .*, a function, a number or an array of numbers: received \S/,
      );
      expectError(
        () => run(() => value),
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^initializer\(\) must be a Float32Array, an array of numbers or a number: received \S/,
      );
    }
    expectError(
      () => run(async () => 1),
      TypeError,
      'ERR_ADAMAX_ARG_TYPE',
      /^initializer\(\) must be a Float32Array, .*: received a promise/,
    );
    expectError(
      () => run('foo'),
      RangeError,
      'ERR_ADAMAX_ARG_VALUE',
      /^initializer must be one of .*: received 'foo'$/,
    );
    expectError(() => run('zeros', [-1]), RangeError, 'ERR_ADAMAX_SHAPE', /^shape must hold whole numbers ≥ 0/);
    expectError(() => run(0, [2 ** 40, 2]), RangeError, 'ERR_ADAMAX_MEMORY', /^shape must fit in memory: received \[/);
  });
});
