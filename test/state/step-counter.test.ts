import { Adamax, Variable } from 'adamax';
import { expect } from 'chai';
import { f32 } from '../support/data.js';
import { expectError } from '../support/errors.js';
import { detach } from '../support/memory.js';

describe('the step counter', () => {
  it('is one 64-bit integer, beyond 32 bits too', () => {
    const optimizer = new Adamax();
    const step = () => optimizer.applyGradients([[new Float32Array(1), p]]);
    const p = new Float32Array(1);
    step();
    for (const before of [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 - 1, 2 ** 52]) {
      optimizer.iterations.assign(before);
      expect(step()).to.equal(before + 1);
      expect(optimizer.iterations.data[0]).to.equal(BigInt(before) + 1n);
      expect(optimizer.iterations.item()).to.equal(before + 1);
    }
  });

  it('counts from no number that is no count, and to none that a number cannot hold', () => {
    const p = f32(1);
    const optimizer = new Adamax();
    const step = () => optimizer.applyGradients([[f32(1), p]]);
    step();
    const at = [...p];
    for (const bad of [-1n, -5n, -(2n ** 63n), 2n ** 53n - 1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n]) {
      const message = new RegExp(`must be a number of steps in \\[0, 2⁵³ − 1\\): received ${bad}n$`);
      expectError(() => optimizer.iterations.assign(bad), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(optimizer.iterations.data[0]).to.equal(1n);
      // Memory is anybody's to write.
      optimizer.iterations.data[0] = bad;
      expectError(step, RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expectError(() => optimizer.applyGradients([]), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(optimizer.iterations.data[0]).to.equal(bad);
      expect([...p]).to.deep.equal(at);
      optimizer.iterations.data[0] = 1n;
    }
    optimizer.iterations.assign(2n ** 53n - 2n);
    expect(step()).to.equal(2 ** 53 - 1);
    expectError(step, RangeError, 'ERR_ADAMAX_ARG_VALUE', /received 9007199254740991n$/);
  });

  it('is assigned whole numbers as int64 holds them, or not at all', () => {
    const count = new Variable(BigInt64Array.of(7n), { shape: [], name: 'count' });
    for (const bad of [2n ** 64n + 3n, 2n ** 63n, -(2n ** 63n) - 1n]) {
      const message = new RegExp(`^values must be whole numbers that int64 holds: received ${bad}n$`);
      expectError(() => count.assign(bad), RangeError, 'ERR_ADAMAX_ARG_VALUE', message);
      expect(count.data[0]).to.equal(7n);
    }
    for (const good of [2n ** 63n - 1n, -(2n ** 63n), -5]) expect(count.assign(good).data[0]).to.equal(BigInt(good));
  });

  it('stops the step once it has lost its memory', () => {
    const optimizer = new Adamax();
    const p = new Float32Array(1);
    detach(optimizer.iterations.data);
    const step = () => optimizer.applyGradients([[new Float32Array([1]), p]]);
    expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^iterations must be a view on live memory: received/);
    expect(p[0]).to.equal(0);
  });

  it('may be assigned to before the first step', () => {
    const [p, q] = [f32(1), f32(1)];
    const optimizer = new Adamax({ learningRate: 0.1 });
    optimizer.iterations.assign(4);
    optimizer.applyGradients([[f32(1), p]]);
    // m = 0.1, u = 1: 1 − 0.1·(0.1 / (1 − 0.9⁵))
    q[0] -= (0.1 * 0.1) / (1 - 0.9 ** 5);
    expect(p[0]).to.be.closeTo(q[0], 1e-7);
    expect(optimizer.iterations.item()).to.equal(5);
  });

  it('can be a variable of the caller before the first step, and not after it', () => {
    const step = new Variable(BigInt64Array.of(5n), { shape: [], name: 'global_step' });
    const optimizer = new Adamax();
    optimizer.iterations = step;
    optimizer.applyGradients([[[1], f32(1)]]);
    expect(step.item()).to.equal(6);
    expect(optimizer.weights[0]).to.equal(step);
    expectError(
      () => {
        optimizer.iterations = step;
      },
      TypeError,
      'ERR_ADAMAX_STATE',
      /^iterations must be set before the first step/,
    );
    for (const value of [3, new Variable(f32(1)), new Variable(new BigInt64Array(2)), null]) {
      expectError(
        () => {
          new Adamax().iterations = value as never;
        },
        TypeError,
        'ERR_ADAMAX_ARG_TYPE',
        /^iterations must be a scalar int64 Variable \(iterations\.assign\(count\) sets the count\): received /,
      );
    }
  });
});
