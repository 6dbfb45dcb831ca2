import { expect } from 'chai';
import { alphaOf, BiasCorrection, power } from '#internals';

describe('bias correction', () => {
  it('takes powers by repeated squaring, exactly where they are exact', () => {
    expect(power(0.5, 10)).to.equal(2 ** -10);
    expect(power(3, 20)).to.equal(3486784401);
    expect(power(0.9, 0)).to.equal(1);
    for (const t of [1, 2, 3, 7, 100, 1000, 12345]) expect(power(0.9, t)).to.be.closeTo(0.9 ** t, 1e-13 * 0.9 ** t);
    expect(power(0.9, 2 ** 40)).to.equal(0);
  });

  it('is that of each step by itself, even once it has nothing left to correct', () => {
    const correction = new BiasCorrection();
    for (const beta1 of [0.9, 0.5, 0, 0.999, 0.9, 0.99999]) {
      for (const t of [1, 2, 3, 40, 200, 350, 394, 395, 396, 5000, 44000, 2 ** 22, 10, 2, 2 ** 40]) {
        expect(correction.alpha(0.3, beta1, t), `β₁ = ${beta1}, t = ${t}`).to.equal(alphaOf(0.3, beta1, t));
      }
    }
  });
});
