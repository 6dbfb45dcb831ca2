import { schedules } from 'adamax';

export type ScheduleOptions = Record<string, unknown>;
export type ScheduleClass = new (options: ScheduleOptions) => schedules.LearningRateSchedule;

/**
 * Each class of schedules with a valid set of options, in which every option is given. Rates change within ten steps.
 */
export const SCHEDULES = [
  [
    schedules.ExponentialDecay,
    { initialLearningRate: 0.05, decaySteps: 3, decayRate: 0.5, staircase: true, name: 'n' },
  ],
  [schedules.PiecewiseConstantDecay, { boundaries: [2, 7], values: [0.1, 0.05, 0.01], name: 'n' }],
  [
    schedules.PolynomialDecay,
    { initialLearningRate: 0.05, decaySteps: 9, endLearningRate: 0, power: 1, cycle: false, name: 'n' },
  ],
  [
    schedules.InverseTimeDecay,
    { initialLearningRate: 0.05, decaySteps: 2, decayRate: 0.5, staircase: false, name: 'n' },
  ],
  [
    schedules.CosineDecay,
    { initialLearningRate: 0.05, decaySteps: 8, alpha: 0, name: 'n', warmupTarget: 0.1, warmupSteps: 1 },
  ],
  [
    schedules.CosineDecayRestarts,
    { initialLearningRate: 0.05, firstDecaySteps: 3, tMul: 2, mMul: 1, alpha: 0, name: 'n' },
  ],
  [
    schedules.LinearCosineDecay,
    { initialLearningRate: 0.05, decaySteps: 9, numPeriods: 0.5, alpha: 0, beta: 0.001, name: 'n' },
  ],
  [
    schedules.NoisyLinearCosineDecay,
    {
      initialLearningRate: 0.05,
      decaySteps: 9,
      initialVariance: 1,
      varianceDecay: 0.55,
      numPeriods: 0.5,
      alpha: 0,
      beta: 0.001,
      seed: 3,
      name: 'n',
    },
  ],
] as unknown as readonly (readonly [ScheduleClass, ScheduleOptions])[];
