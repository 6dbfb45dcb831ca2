import { Adamax } from 'adamax';
import { expect } from 'chai';
import { alphaOf, BiasCorrection } from '#internals';
import { expectError } from '../support/errors.js';

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

  it('that has lost its memory stops the step', () => {
    const optimizer = new Adamax();
    const p = new Float32Array(1);
    structuredClone(null, { transfer: [optimizer.iterations.data.buffer as ArrayBuffer] });
    const step = () => optimizer.applyGradients([[new Float32Array([1]), p]]);
    expectError(step, TypeError, 'ERR_ADAMAX_DETACHED', /^iterations must be a view on live memory: received/);
    expect(p[0]).to.equal(0);
  });
});

describe('the bias correction', () => {
  it('is that of each step by itself, also once it has nothing left to correct', () => {
    const correction = new BiasCorrection();
    for (const beta1 of [0.9, 0.5, 0, 0.999, 0.9, 0.99999]) {
      for (const t of [1, 2, 3, 40, 200, 350, 394, 395, 396, 5000, 44000, 2 ** 22, 10, 2, 2 ** 40]) {
        expect(correction.alpha(0.3, beta1, t), `β₁ = ${beta1}, t = ${t}`).to.equal(alphaOf(0.3, beta1, t));
      }
    }
  });
});
