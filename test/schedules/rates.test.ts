import { schedules } from 'adamax';
/** Rates: the reference's numbers, then each formula once more, transcribed from Keras' pages. */

import { expect } from 'chai';
import { expectClose } from '../support/close.js';

const {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  InverseTimeDecay,
  LinearCosineDecay,
  PiecewiseConstantDecay,
  PolynomialDecay,
} = schedules;

const start = { initialLearningRate: 1, decaySteps: 1000 };
const restarts = { initialLearningRate: 1, firstDecaySteps: 1000 };
const short = { initialLearningRate: 0.05, decaySteps: 10 };

/** Step and rate. */
type Rates = readonly (readonly [step: number, rate: number])[];

/** The steps 0, 250, … of Keras' own tests. */
const quarters = (...rates: number[]): Rates => rates.map((rate, i) => [250 * i, rate]);

const REFERENCE: Record<string, [schedules.LearningRateSchedule, Rates]> = {
  exponential: [new ExponentialDecay({ ...short, decayRate: 0.96 }), [[5, 0.048989794855663564]]],
  'exponential, staircase': [
    new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.96, staircase: true }),
    [
      [0, 0.1],
      [1, 0.1],
      [2, 0.1],
      [100, 0.02599864358413614],
    ],
  ],
  piecewise: [
    new PiecewiseConstantDecay({ boundaries: [100, 110, 120], values: [1, 0.1, 0.01, 0.001] }),
    [
      [-999, 1],
      [100, 1],
      [105, 0.1],
      [110, 0.1],
      [120, 0.01],
      [999, 0.001],
    ],
  ],
  'piecewise, each step': [
    new PiecewiseConstantDecay({ boundaries: [1, 2, 3], values: [0.4, 0.5, 0.6, 0.7] }),
    [
      [0, 0.4],
      [1, 0.4],
      [2, 0.5],
      [3, 0.6],
      [4, 0.7],
    ],
  ],
  'linear to 0': [new PolynomialDecay({ ...short, endLearningRate: 0 }), [[5, 0.025]]],
  linear: [
    new PolynomialDecay({ ...short, endLearningRate: 0.001 }),
    [
      [5, 0.0255],
      [10, 0.001],
      [15, 0.001],
    ],
  ],
  'linear, cycle': [new PolynomialDecay({ ...short, endLearningRate: 0.001, cycle: true }), [[15, 0.01325]]],
  root: [
    new PolynomialDecay({ ...short, endLearningRate: 0.001, power: 0.5 }),
    [
      [5, 0.03564823227814083],
      [10, 0.001],
      [15, 0.001],
    ],
  ],
  'root, cycle': [new PolynomialDecay({ ...short, endLearningRate: 0.001, power: 0.5, cycle: true }), [[15, 0.0255]]],
  'cycle begins at the start': [
    new PolynomialDecay({ initialLearningRate: 0.001, decaySteps: 10, cycle: true }),
    [[0, 0.001]],
  ],
  'inverse time': [
    new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.96 }),
    [...Array.from({ length: 11 }, (_, i) => [i, 0.1 / (1 + 0.096 * i)] as const), [1, 0.09124087591240876]],
  ],
  'inverse time, staircase': [
    new InverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.96, staircase: true }),
    [...Array.from({ length: 10 }, (_, i) => [i, 0.1] as const), [10, 0.05102040816326531]],
  ],
  cosine: [new CosineDecay(start), quarters(1, 0.8535533905932737, 0.5, 0.14644660940672627, 0, 0)],
  'cosine, alpha': [
    new CosineDecay({ ...start, alpha: 0.1 }),
    quarters(1, 0.8681980515339464, 0.55, 0.23180194846605365, 0.1, 0.1),
  ],
  'cosine after warm-up': [
    new CosineDecay({ initialLearningRate: 0, warmupTarget: 10, warmupSteps: 2000, decaySteps: 1000 }),
    [
      [0, 0],
      [250, 1.25],
      [1000, 5],
      [2000, 10],
      [2250, 8.535533905932738],
      [2500, 5],
      [2750, 1.4644660940672627],
      [3000, 0],
      [9000, 0],
    ],
  ],
  restarts: [
    new CosineDecayRestarts(restarts),
    quarters(1, 0.8535533905932737, 0.5, 0.14644660940672627, 1, 0.9619397662556434),
  ],
  'restarts, alpha': [
    new CosineDecayRestarts({ ...restarts, alpha: 0.1 }),
    quarters(1, 0.8681980515339464, 0.55, 0.23180194846605365, 1, 0.9657457896300791),
  ],
  'restarts, mMul': [
    new CosineDecayRestarts({ ...restarts, mMul: 0.9 }),
    quarters(1, 0.8535533905932737, 0.5, 0.14644660940672627, 0.9, 0.8657457896300791),
  ],
  'restarts, tMul 1': [
    new CosineDecayRestarts({ ...restarts, tMul: 1 }),
    quarters(1, 0.8535533905932737, 0.5, 0.14644660940672627, 1, 0.8535533905932737),
  ],
  'linear cosine': [
    new LinearCosineDecay(start),
    quarters(1.001, 0.6411650429449552, 0.251, 0.03761165235168157, 0.001, 0.001),
  ],
  'linear cosine, 5 periods': [
    new LinearCosineDecay({ ...start, alpha: 0.1, beta: 1e-4, numPeriods: 5 }),
    quarters(1.1001, 0.4251, 0.0001, 0.1751, 0.1001, 0.1001),
  ],
};

describe('schedules have the rates of the reference:', () => {
  for (const [title, [schedule, rates]] of Object.entries(REFERENCE)) {
    it(title, () => {
      for (const [step, rate] of rates) expectClose(schedule.call(step), rate, `step ${step}`);
    });
  }
});

const STEPS = [0, 0.5, 1, 2, 3, 6, 7, 8, 13, 14, 15, 20, 21, 27.5, 28, 29, 100, 12345, 1e6 + 1, 2 ** 40 + 1];

describe('schedules have the rates of their formula:', () => {
  const expectFormula = (schedule: schedules.LearningRateSchedule, formula: (step: number) => number) => {
    for (const step of STEPS) expectClose(schedule.call(step), formula(step), `step ${step}`, 1e-12);
  };

  it('exponential', () => {
    const options = { initialLearningRate: 0.3, decaySteps: 7, decayRate: 0.999 };
    expectFormula(new ExponentialDecay(options), (s) => {
      const rate = 0.3 * Math.exp((s / 7) * Math.log(0.999));
      return rate > 1e-300 ? rate : 0;
    });
    expectFormula(new ExponentialDecay({ ...options, staircase: true }), (s) => {
      const rate = 0.3 * Math.exp(Math.floor(s / 7) * Math.log(0.999));
      return rate > 1e-300 ? rate : 0;
    });
    expect(new ExponentialDecay({ ...options, decayRate: 0 }).call(0)).to.equal(0.3);
    expect(new ExponentialDecay({ ...options, decayRate: 0 }).call(1)).to.equal(0);
    expectClose(new ExponentialDecay({ ...options, decayRate: 10 }).call(14), 30, 'a rate that grows');
  });

  it('inverse time', () => {
    const options = { initialLearningRate: -0.3, decaySteps: 7, decayRate: 0.7 };
    expectFormula(new InverseTimeDecay(options), (s) => -0.3 / (1 + s * 0.1));
    expectFormula(new InverseTimeDecay({ ...options, staircase: true }), (s) => -0.3 / (1 + ((s - (s % 7)) / 7) * 0.7));
  });

  it('polynomial', () => {
    const options = { initialLearningRate: 0.3, decaySteps: 7, endLearningRate: 0.5 };
    const part = (s: number) => 1 - Math.min(s, 7) / 7;
    expectFormula(new PolynomialDecay(options), (s) => -0.2 * part(s) + 0.5);
    expectFormula(new PolynomialDecay({ ...options, power: 3 }), (s) => -0.2 * part(s) ** 3 + 0.5);
    expectFormula(new PolynomialDecay({ ...options, power: 2.5 }), (s) => -0.2 * part(s) ** 2.5 + 0.5);
    expect(new PolynomialDecay({ initialLearningRate: 0.3, decaySteps: 7 }).call(7)).to.equal(0.0001);
  });

  it('polynomial, with cycles', () => {
    const schedule = new PolynomialDecay({ initialLearningRate: 1, decaySteps: 7, endLearningRate: 0, cycle: true });
    expectFormula(schedule, (s) => {
      let end = 7;
      while (end < s && end < 200) end += 7;
      if (end < s) end = 7 * Math.ceil(s / 7);
      return (end - s) / end;
    });
    expect([6, 7, 8].map((s) => Math.round(schedule.call(s) * 14))).to.deep.equal([2, 0, 6]);
    const fraction = { initialLearningRate: 1, decaySteps: 0.1, endLearningRate: 0, power: 0.5, cycle: true };
    for (let s = 0; s < 1000; s++) {
      // a multiple of 0.1 that rounds to below the step must not make a root of less than 0
      expect(new PolynomialDecay(fraction).call(s)).to.be.within(0, 1);
    }
  });

  it('cosine', () => {
    const decayed = (s: number) => 0.9 * 0.5 * (1 + Math.cos((Math.PI * Math.min(s, 28)) / 28)) + 0.1;
    const options = { initialLearningRate: 0.3, decaySteps: 28, alpha: 0.1 };
    expectFormula(new CosineDecay(options), (s) => 0.3 * decayed(s));
    expectFormula(new CosineDecay({ ...options, warmupSteps: 14 }), (s) => 0.3 * decayed(s));
    expectFormula(new CosineDecay({ ...options, warmupTarget: 2 }), (s) => 2 * decayed(s));
    expectFormula(new CosineDecay({ ...options, warmupTarget: 2, warmupSteps: 14 }), (s) =>
      s < 14 ? 0.3 + (1.7 * s) / 14 : 2 * decayed(s - 14),
    );
  });

  it('linear cosine', () => {
    const options = { initialLearningRate: 0.3, decaySteps: 28, numPeriods: 1.25, alpha: 0.2, beta: 0.05 };
    expectFormula(new LinearCosineDecay(options), (s) => {
      const step = Math.min(s, 28);
      const cosine = 0.5 * (1 + Math.cos((Math.PI * 2 * 1.25 * step) / 28));
      return 0.3 * ((0.2 + (28 - step) / 28) * cosine + 0.05);
    });
  });

  it('piecewise, without boundaries and between steps', () => {
    expect(new PiecewiseConstantDecay({ boundaries: [], values: [0.5] }).call(7)).to.equal(0.5);
    const schedule = new PiecewiseConstantDecay({ boundaries: [0.5, 1.5], values: [3, 2, 1] });
    expect([-1e9, 0, 0.5, 0.6, 1, 1.5, 1.6, 2 ** 60].map((s) => schedule.call(s))).to.deep.equal([
      3, 3, 3, 2, 2, 2, 1, 1,
    ]);
  });
});
