import { schedules } from 'adamax';
import { expect } from 'chai';
import { expectClose } from '../support/close.js';

const { LinearCosineDecay, NoisyLinearCosineDecay } = schedules;

const options = { initialLearningRate: 0.1, decaySteps: 1000, initialVariance: 0.04, numPeriods: 5, alpha: 0.25 };

describe('NoisyLinearCosineDecay', () => {
  it('has the noise of its seed and step, on every machine', () => {
    // Philox 4×32-10 in Python, quantile and cosine by mpmath at 120 bits
    const rates: [seed: number, step: number, rate: number][] = [
      [0, 0, 0.10671110232381531],
      [7, 0, 0.14486400326591597],
      [7, 1, 0.13557989871786683],
      [7, 250, 0.051615180749089225],
      [7, 999, 0.029544023204625718],
      [7, 1500, 0.032784092200667976],
      [-1, 250, 0.049311991432749565],
    ];
    for (const [seed, step, rate] of rates) {
      expectClose(new NoisyLinearCosineDecay({ ...options, seed }).call(step), rate, `seed ${seed}, step ${step}`);
    }
    const defaults = new NoisyLinearCosineDecay({ initialLearningRate: 1, decaySteps: 1000 });
    expectClose(defaults.call(250), 0.5255818737315902, 'defaults');
  });

  it('gives a step its rate in whatever order it is asked', () => {
    const one = new NoisyLinearCosineDecay({ ...options, seed: 3 });
    const other = new NoisyLinearCosineDecay({ ...options, seed: 3 });
    const forward = Array.from({ length: 100 }, (_, step) => one.call(step));
    const backward = Array.from({ length: 100 }, (_, step) => other.call(99 - step)).reverse();
    expect(forward).to.deep.equal(backward);
    expect(new Set(forward).size).to.equal(100);
  });

  it('takes null for the seed 0, and another noise for another seed', () => {
    const rate = (seed: number | null) => new NoisyLinearCosineDecay({ ...options, seed }).call(5);
    expect(rate(null)).to.equal(rate(0));
    expect(new NoisyLinearCosineDecay(options).call(5)).to.equal(rate(0));
    const seeds = [0, 1, -1, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), 2 ** 53 - 1, 1 - 2 ** 53];
    expect(new Set(seeds.map(rate)).size).to.equal(seeds.length);
  });

  it('goes on with new noise after the last step of the decay, at the variance of that step', () => {
    const flat = { ...options, decaySteps: 100, alpha: 0, beta: 0, numPeriods: 1, initialLearningRate: 1 };
    const schedule = new NoisyLinearCosineDecay(flat);
    let sum = 0;
    const n = 5000;
    for (let step = 100; step < 100 + n; step++) sum += schedule.call(step) ** 2;
    const variance = 0.04 / 101 ** 0.55;
    // the variance of n normal numbers is within 5 of its own standard deviations, √(2 / n)
    expect(sum / n / variance).to.be.within(1 - 5 * Math.sqrt(2 / n), 1 + 5 * Math.sqrt(2 / n));
  });

  it('is LinearCosineDecay without variance', () => {
    const { initialVariance: _, ...linear } = options;
    const [a, b] = [new NoisyLinearCosineDecay({ ...options, initialVariance: 0 }), new LinearCosineDecay(linear)];
    for (const step of [0, 1, 499.5, 999, 1000, 5000]) expect(a.call(step)).to.equal(b.call(step));
  });
});
