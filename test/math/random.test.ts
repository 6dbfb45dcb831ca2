import { expect } from 'chai';
import { Random } from '#internals';

const N = 200000;

/** Φ(x) by Marsaglia's series, ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …). */
function normalCdf(x: number): number {
  let sum = 0;
  for (let term = x, n = 1; sum + term !== sum; n += 2, term *= (x * x) / n) sum += term;
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The largest distance between the distribution of a sample and `cdf`, times √n: Kolmogorov and Smirnov's statistic.
 */
function distance(sample: Float64Array, cdf: (x: number) => number): number {
  let largest = 0;
  sample.sort().forEach((x, i) => {
    const p = cdf(x);
    largest = Math.max(largest, Math.abs(p - i / sample.length), Math.abs(p - (i + 1) / sample.length));
  });
  return largest * Math.sqrt(sample.length);
}

/** Σ (x − mean)^power / n. */
function moment(sample: Float64Array, power: number, mean = 0): number {
  return sample.reduce((sum, x) => sum + (x - mean) ** power, 0) / sample.length;
}

/** Σ (x − x̄)(y − ȳ) of neighbours, over their variance. */
function neighbours(sample: Float64Array): number {
  const mean = moment(sample, 1);
  let sum = 0;
  for (let i = 1; i < sample.length; i++) sum += (sample[i] - mean) * (sample[i - 1] - mean);
  return sum / sample.length / moment(sample, 2, mean);
}

const draw = (random: Random, next: (random: Random) => number) => Float64Array.from({ length: N }, () => next(random));

/** A KS statistic above 1.95 has a probability of 10⁻³; a mean 4 of its standard deviations out has 6·10⁻⁵. */
const KS = 1.95;
const FAR = 4 / Math.sqrt(N);

describe('Random', () => {
  for (const seed of [0, -1, 2 ** 40 + 12345]) {
    it(`is uniform: seed ${seed}`, () => {
      const sample = draw(new Random(seed), (random) => random.uniform());
      expect(sample.every((x) => x >= 0 && x < 1 && Math.fround(x) === x)).to.equal(true);
      expect(moment(sample, 1)).to.be.closeTo(0.5, FAR * Math.sqrt(1 / 12));
      expect(moment(sample, 2, 0.5)).to.be.closeTo(1 / 12, FAR * Math.sqrt(1 / 180));
      expect(neighbours(sample)).to.be.closeTo(0, FAR);
      expect(distance(sample, (x) => x)).to.be.below(KS);
    });

    it(`is normal: seed ${seed}`, () => {
      const sample = draw(new Random(seed), (random) => random.normal());
      expect(moment(sample, 1)).to.be.closeTo(0, FAR);
      expect(moment(sample, 2)).to.be.closeTo(1, FAR * Math.sqrt(2));
      expect(moment(sample, 3)).to.be.closeTo(0, FAR * Math.sqrt(15));
      expect(moment(sample, 4)).to.be.closeTo(3, FAR * Math.sqrt(96));
      expect(neighbours(sample)).to.be.closeTo(0, FAR);
      expect(distance(sample, normalCdf)).to.be.below(KS);
      for (const bound of [1, 2, 3, 4]) {
        const p = 2 * normalCdf(-bound);
        const beyond = sample.filter((x) => Math.abs(x) > bound).length;
        expect(beyond, `beyond ±${bound}`).to.be.closeTo(N * p, 4 * Math.sqrt(N * p) + 1);
      }
    });

    it(`is normal within ±2: seed ${seed}`, () => {
      const sample = draw(new Random(seed), (random) => random.truncatedNormal());
      const inside = normalCdf(2) - normalCdf(-2);
      expect(sample.every((x) => Math.abs(x) <= 2)).to.equal(true);
      expect(moment(sample, 1)).to.be.closeTo(0, FAR);
      // the constant of VarianceScaling
      expect(Math.sqrt(moment(sample, 2))).to.be.closeTo(0.8796256610342398, FAR);
      expect(distance(sample, (x) => (normalCdf(x) - normalCdf(-2)) / inside)).to.be.below(KS);
      // sorted by now
      expect(sample[0]).to.be.below(-1.999);
      expect(sample[N - 1]).to.be.above(1.999);
    });
  }

  it('uses each bit', () => {
    const random = new Random(5);
    const ones = new Array(32).fill(0);
    for (let i = 0; i < 20000; i++) {
      const word = random.word();
      for (let bit = 0; bit < 32; bit++) ones[bit] += (word >>> bit) & 1;
    }
    for (const count of ones) expect(count).to.be.closeTo(10000, 4.5 * Math.sqrt(5000));
  });

  it('tells seeds, purposes and places apart', () => {
    const words = (random: Random) => Array.from({ length: 4 }, () => random.word()).join();
    const all = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53].flatMap((seed) =>
      [0, 1, 2 ** 32, 2 ** 53 - 1].flatMap((begin) => [
        words(new Random(seed, 'values', begin)),
        words(new Random(seed, 'schedule', begin)),
      ]),
    );
    expect(new Set(all).size).to.equal(64);
    const sequence = new Random(9);
    for (let i = 0; i < 12; i++) sequence.word();
    expect(words(new Random(9, 'values', 3))).to.equal(words(sequence));
  });

  it('draws a seed where there is none', () => {
    const words = Array.from({ length: 20 }, () => new Random(null).word());
    expect(new Set(words).size).to.be.above(15);
  });
});
