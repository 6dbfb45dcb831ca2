import { initializers } from 'adamax';
import { expect } from 'chai';
import { RANDOM } from './factories.js';
import { meanOf, reachOf, stddevOf } from './statistics.js';

const { randomNormal, randomUniform, truncatedNormal } = initializers;

describe('random initializers', () => {
  it('have the bits of their seed, on every machine', () => {
    // Philox 4×32-10 in Python, quantile by mpmath at 120 bits
    const cases: [initializers.Initializer, number[]][] = [
      [
        randomUniform({ seed: 0 }),
        [-0.010095357894897461, 0.038052015006542206, 0.023571277037262917, 0.010548179969191551, 0.04722411558032036],
      ],
      [
        randomNormal({ seed: 42 }),
        [0.014352095313370228, -0.07260686159133911, 0.11241057515144348, 0.0017432296881452203, 0.04689786583185196],
      ],
      [
        truncatedNormal({ seed: 42 }),
        [0.014352095313370228, -0.07260686159133911, 0.0017432296881452203, 0.04689786583185196, 0.013022799044847488],
      ],
      [
        randomNormal({ seed: -1 }),
        [-0.006558294873684645, 0.015549522824585438, -0.06363995373249054, 0.014481822028756142, -0.06662619858980179],
      ],
      [
        randomUniform({ seed: 2 ** 53 - 1 }),
        [
          -0.017709922045469284, 0.006537032313644886, 0.032783813774585724, 0.015310997143387794,
          -0.028934037312865257,
        ],
      ],
    ];
    for (const [initializer, values] of cases) expect([...initializer([5])]).to.deep.equal(values);
  });

  for (const [name, factory] of RANDOM) {
    it(`${name} repeats itself with a seed, and only then`, () => {
      const shape = [4, 5];
      const initializer = factory({ seed: 7 });
      const values = initializer(shape);
      expect(initializer(shape)).to.deep.equal(values);
      expect(factory({ seed: 7 })(shape)).to.deep.equal(values);
      expect(factory({ seed: 8 })(shape)).to.not.deep.equal(values);
      const fresh = factory({});
      expect(fresh(shape)).to.not.deep.equal(fresh(shape));
      expect(factory({ seed: null })(shape)).to.not.deep.equal(fresh(shape));
    });
  }

  it('have the mean, the spread and the bounds they are given', () => {
    const n = 100000;
    const shape = [n / 100, 100];
    const normal = randomNormal({ mean: 3, stddev: 2, seed: 1 })(shape);
    expect(meanOf(normal)).to.be.closeTo(3, (4 * 2) / Math.sqrt(n));
    expect(stddevOf(normal)).to.be.closeTo(2, (4 * 2) / Math.sqrt(2 * n));
    const truncated = truncatedNormal({ mean: 3, stddev: 2, seed: 1 })(shape);
    expect(meanOf(truncated)).to.be.closeTo(3, (4 * 2) / Math.sqrt(n));
    expect(stddevOf(truncated)).to.be.closeTo(2 * 0.8796256610342398, (4 * 2) / Math.sqrt(2 * n));
    expect(reachOf(truncated.map((x) => x - 3))).to.be.within(3.99, 4.000001);
    const uniform = randomUniform({ minval: -1, maxval: 5, seed: 1 })(shape);
    expect(meanOf(uniform)).to.be.closeTo(2, (4 * 6) / Math.sqrt(12 * n));
    expect(stddevOf(uniform)).to.be.closeTo(6 / Math.sqrt(12), (4 * 6) / Math.sqrt(12 * n));
    expect(uniform.every((x) => x >= -1 && x < 5)).to.equal(true);
    expect(reachOf(uniform)).to.be.above(4.99);
    expect(stddevOf(randomNormal({ seed: 1 })(shape))).to.be.closeTo(0.05, 0.001);
    expect(reachOf(randomUniform({ seed: 1 })(shape))).to.be.within(0.0499, 0.05);
    expect([...randomUniform({ minval: 2, maxval: 2 })([2])]).to.deep.equal([2, 2]);
    expect([...randomNormal({ mean: 2, stddev: 0 })([2])]).to.deep.equal([2, 2]);
  });
});
