import { schedules } from 'adamax';
import { expect } from 'chai';
import { expectClose } from '../support/close.js';

const { CosineDecayRestarts } = schedules;

/** A period of the schedule: where it begins and its length in steps, as exact fractions over `unit`. */
interface Period {
  readonly start: bigint;
  readonly length: bigint;
  readonly unit: bigint;
}

/** A multiplier as a fraction of whole numbers. */
type Fraction = readonly [numerator: bigint, denominator: bigint];

function* periodsOf(first: number, [numerator, denominator]: Fraction): Generator<Period> {
  let [start, length, unit] = [0n, BigInt(first), 1n];
  for (;;) {
    yield { start, length, unit };
    start = (start + length) * denominator;
    length *= numerator;
    unit *= denominator;
  }
}

/** The first step that lies in the period. */
function firstStep({ start, unit }: Period): bigint {
  return (start + unit - 1n) / unit;
}

/** The rate of a step in period i, with a first rate of 1 and mMul ½. */
function rateOf(i: number, { start, length, unit }: Period, step: bigint): number {
  const fraction = Number(((step * unit - start) * 10n ** 60n) / length) / 1e60;
  return 2 ** -i * 0.5 * (1 + Math.cos(Math.PI * fraction));
}

const MULTIPLIERS: readonly (readonly [tMul: number, fraction: Fraction])[] = [
  [1, [1n, 1n]],
  [2, [2n, 1n]],
  [3, [3n, 1n]],
  [10, [10n, 1n]],
  [1.5, [3n, 2n]],
  [1.25, [5n, 4n]],
  [1.1, [11n, 10n]],
  [1.001, [1001n, 1000n]],
];

describe('CosineDecayRestarts', () => {
  for (const first of [1, 7, 1000, 100000]) {
    for (const [tMul, fraction] of MULTIPLIERS) {
      it(`restarts exactly: first ${first}, tMul ${tMul}`, () => {
        const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: first, tMul, mMul: 0.5 });
        // 11/10 is 1.1 only while the steps are few enough for the rounding of 1.1 not to show
        const end = Number.isInteger(tMul) ? 2n ** 53n : 2n ** 40n;
        let i = 0;
        let before: Period | null = null;
        for (const period of periodsOf(first, fraction)) {
          const step = firstStep(period);
          if (step >= end || i > 200) break;
          expectClose(schedule.call(Number(step)), rateOf(i, period, step), `period ${i}, step ${step}`, 1e-9);
          if (before !== null && firstStep(before) < step) {
            const last = rateOf(i - 1, before, step - 1n);
            expect(schedule.call(Number(step - 1n)), `the step before period ${i}, ${step - 1n}`).to.be.closeTo(
              last,
              2 ** -i * 1e-9,
            );
          }
          before = period;
          i++;
        }
        expect(i).to.be.at.least(10);
      });
    }
  }

  it('does not miss the restarts that float32 logarithms do', () => {
    const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 1000 });
    expect(schedule.call(32767 * 1000)).to.equal(1);
    expect(schedule.call(32767 * 1000 - 1)).to.be.below(1e-10);
    const slow = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 1e6, tMul: 1.1 });
    expect(slow.call(7715610)).to.equal(1);
    expect(slow.call(7715609)).to.be.below(1e-10);
  });

  it('restarts exactly beyond 2⁴⁰ steps', () => {
    const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 1 });
    for (let i = 40; i < 53; i++) {
      const begin = 2 ** i - 1;
      expect(schedule.call(begin), `step 2^${i} − 1`).to.equal(1);
      expect(schedule.call(begin - 1), `step 2^${i} − 2`).to.be.below(1e-20);
      expect(schedule.call(begin + 1), `step 2^${i}`).to.be.within(0.999999, 1);
    }
  });

  it('takes multipliers next to 1 and very large ones', () => {
    const options = { initialLearningRate: 1, firstDecaySteps: 1000 };
    const nearly = new CosineDecayRestarts({ ...options, tMul: 1 + 2 ** -52 });
    const one = new CosineDecayRestarts({ ...options, tMul: 1 });
    for (const step of [0, 999, 1000, 1001, 123456, 1e6, 1e6 + 999, 1e7 + 1]) {
      expectClose(nearly.call(step), one.call(step), `step ${step}`, 1e-6);
    }
    const huge = new CosineDecayRestarts({ ...options, tMul: 1e300 });
    expect(huge.call(1000)).to.equal(1);
    expect(huge.call(2 ** 53 - 1)).to.equal(1);
  });

  it('stays between the rates of its period', () => {
    const schedule = new CosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 3, tMul: 1.3, alpha: 0.1 });
    for (let step = 0; step < 5000; step += 0.25) expect(schedule.call(step)).to.be.within(0.1, 1);
  });

  it('applies mMul to the cosine, not to alpha', () => {
    const options = { initialLearningRate: 2, firstDecaySteps: 10, tMul: 1, mMul: 0.25, alpha: 0.1 };
    const schedule = new CosineDecayRestarts(options);
    expectClose(schedule.call(20), 2 * (0.9 / 16 + 0.1), 'period 2');
    expect(new CosineDecayRestarts({ ...options, mMul: 0 }).call(25)).to.equal(0.2);
  });
});
