import { initializers } from 'adamax';
import { expect } from 'chai';
import { fansOf } from '#internals';
import { meanOf, reachOf, stddevOf } from './statistics.js';

const { glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform, varianceScaling } = initializers;

describe('variance scaling', () => {
  it('counts inputs and outputs as Keras does', () => {
    const cases: [number[], [number, number]][] = [
      [[], [1, 1]],
      [[7], [7, 7]],
      [
        [3, 5],
        [3, 5],
      ],
      [
        [4, 3, 5],
        [12, 20],
      ],
      [
        [2, 4, 3, 5],
        [24, 40],
      ],
      [
        [2, 2, 2, 3, 5],
        [24, 40],
      ],
    ];
    for (const [shape, fans] of cases) expect(fansOf(shape)).to.deep.equal(fans);
  });

  // a shape whose inputs, 1152, and outputs, 576, differ
  const shape = [3, 3, 128, 64];
  const [fanIn, fanOut] = [1152, 576];
  const n = 3 * 3 * 128 * 64;

  /** Its variance; a bound of its values, which some come near to. */
  const CASES: [string, initializers.Initializer, variance: number, bound: number][] = [
    ['glorotUniform', glorotUniform({ seed: 1 }), 2 / (fanIn + fanOut), Math.sqrt(6 / (fanIn + fanOut))],
    [
      'glorotNormal',
      glorotNormal({ seed: 1 }),
      2 / (fanIn + fanOut),
      (2 / 0.87962566) * Math.sqrt(2 / (fanIn + fanOut)),
    ],
    ['heUniform', heUniform({ seed: 1 }), 2 / fanIn, Math.sqrt(6 / fanIn)],
    ['heNormal', heNormal({ seed: 1 }), 2 / fanIn, (2 / 0.87962566) * Math.sqrt(2 / fanIn)],
    ['lecunUniform', lecunUniform({ seed: 1 }), 1 / fanIn, Math.sqrt(3 / fanIn)],
    ['lecunNormal', lecunNormal({ seed: 1 }), 1 / fanIn, (2 / 0.87962566) * Math.sqrt(1 / fanIn)],
    ['its default', varianceScaling({ seed: 1 }), 1 / fanIn, (2 / 0.87962566) * Math.sqrt(1 / fanIn)],
    [
      'fan_out, uniform',
      varianceScaling({ scale: 3, mode: 'fan_out', distribution: 'uniform', seed: 1 }),
      3 / fanOut,
      Math.sqrt(9 / fanOut),
    ],
    [
      'fan_avg, normal',
      varianceScaling({ scale: 3, mode: 'fan_avg', distribution: 'normal', seed: 1 }),
      3 / ((fanIn + fanOut) / 2),
      (2 / 0.87962566) * Math.sqrt(6 / (fanIn + fanOut)),
    ],
  ];

  for (const [name, initializer, variance, bound] of CASES) {
    it(`has the variance of ${name}`, () => {
      const values = initializer(shape);
      const stddev = Math.sqrt(variance);
      expect(meanOf(values)).to.be.closeTo(0, (4 * stddev) / Math.sqrt(n));
      expect(stddevOf(values)).to.be.closeTo(stddev, (4 * stddev) / Math.sqrt(2 * n));
      expect(reachOf(values)).to.be.within(bound * 0.999, bound * 1.000001);
    });
  }

  it('has no bound for untruncated_normal', () => {
    const values = varianceScaling({ distribution: 'untruncated_normal', seed: 1 })(shape);
    expect(stddevOf(values)).to.be.closeTo(Math.sqrt(1 / fanIn), (4 * Math.sqrt(1 / fanIn)) / Math.sqrt(2 * n));
    expect(reachOf(values) * Math.sqrt(fanIn)).to.be.within(3.8, 6);
  });

  it('names distributions in any case, and normal the truncated one', () => {
    const values = (distribution: string) => varianceScaling({ distribution: distribution as never, seed: 1 })([3, 4]);
    expect(values('normal')).to.deep.equal(values('truncated_normal'));
    expect(values('Uniform')).to.deep.equal(values('uniform'));
    expect(values('uniform')).to.not.deep.equal(values('normal'));
  });

  it('divides by 1 at least', () => {
    expect(heNormal()([0, 3])).to.have.length(0);
    expect(reachOf(varianceScaling({ mode: 'fan_in', distribution: 'uniform', seed: 1 })([]))).to.be.below(
      Math.sqrt(3),
    );
  });
});
