import { expect } from 'chai';
import { cosPi, log, powerOf } from '#internals';
import { expectClose } from '../support/close.js';
import { Random } from '../support/data.js';

describe('cosPi', () => {
  it('is exact at multiples of a half', () => {
    for (let k = -9; k <= 9; k++) {
      expect(cosPi(2 * k)).to.equal(1);
      expect(cosPi(2 * k + 1)).to.equal(-1);
      expect(cosPi(k + 0.5) === 0, `cosPi(${k + 0.5})`).to.equal(true);
    }
    expect(cosPi(2 ** 53)).to.equal(1);
  });

  it('is the cosine', () => {
    for (let x = -3; x <= 3; x += 1 / 1024) {
      // the cosine of a rounded angle is off by as much as the angle
      expect(Math.abs(cosPi(x) - Math.cos(Math.PI * x)), `cosPi(${x})`).to.be.below(2e-15);
    }
    // mpmath, 120 bits
    expectClose(cosPi(1.69426953165243), 0.57312622184334, 'cosPi(1.694…)', 4e-16);
    expectClose(cosPi(0.3464842167432072), 0.46380391611335375, 'cosPi(0.346…)', 4e-16);
    expectClose(cosPi(1000000.3), 0.5877852521741206, 'cosPi(1000000.3)', 4e-16);
  });
});

describe('log', () => {
  it('is the logarithm', () => {
    expect(log(1)).to.equal(0);
    const random = new Random(1);
    for (let i = 0; i < 20000; i++) {
      const x = (1 + random.integer() / 2 ** 32) * 2 ** (random.below(2000) - 1000);
      expectClose(log(x), Math.log(x), `log(${x})`, 5e-16);
    }
    for (const x of [1 + 2 ** -52, 1 - 2 ** -53, Math.SQRT2, Math.SQRT1_2, Number.MAX_VALUE, 2 ** -1022]) {
      expectClose(log(x), Math.log(x), `log(${x})`, 5e-16);
    }
  });
});

describe('powerOf', () => {
  it('is exact where the result is, for whole exponents', () => {
    expect(powerOf(3, 30)).to.equal(205891132094649);
    expect(powerOf(0.5, 1000)).to.equal(2 ** -1000);
    expect(powerOf(7, 0)).to.equal(1);
    expect(powerOf(0, 0)).to.equal(1);
  });

  it('is the power', () => {
    const random = new Random(2);
    for (let i = 0; i < 20000; i++) {
      const base = 2 ** (random.normal() * 4);
      const exponent = i % 2 === 0 ? random.normal() * 40 : random.below(5000);
      const expected = base ** exponent;
      if (expected < 1e-300 || expected > 1e300) continue;
      expectClose(powerOf(base, exponent), expected, `${base} ** ${exponent}`, 2 ** -42);
    }
    expectClose(powerOf(0.96, 0.5), Math.sqrt(0.96), 'root', 4e-16);
    // mpmath: the last with 10⁹ as exponent
    expectClose(powerOf(0.999999999, 1e9), 0.3678794513918439, 'large exponent', 1e-12);
    expect(powerOf(0.999999999, 1e12)).to.equal(0);
  });

  it('knows its edges', () => {
    expect(powerOf(0, 0.5)).to.equal(0);
    expect(powerOf(0, -0.5)).to.equal(Infinity);
    expect(powerOf(1, Infinity)).to.equal(1);
    expect(powerOf(0.5, Infinity)).to.equal(0);
    expect(powerOf(2, Infinity)).to.equal(Infinity);
    expect(powerOf(2, 1e6)).to.equal(Infinity);
    expect(powerOf(2, -1e6)).to.equal(0);
  });
});
