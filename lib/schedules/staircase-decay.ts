import { checkBoolean, checkOptions } from '../arguments/options.js';
import { checkNumber, finite, nonNegative } from '../arguments/ranges.js';
import { aboveZero, checkName, checkStep } from './checks.js';
import { LearningRateSchedule, type ScheduleConfig, type ScheduleOptions } from './learning-rate-schedule.js';

/** What `ExponentialDecay` and `InverseTimeDecay` take alike. */
export interface StaircaseDecayOptions extends ScheduleOptions {
  /** The rate at step 0: a finite number. */
  initialLearningRate: number;
  /** Length of a period in steps: > 0. */
  decaySteps: number;
  /** What a period does to the rate: ≥ 0. */
  decayRate: number;
  /** Whether the rate changes only at whole multiples of `decaySteps`. Default: false. */
  staircase?: boolean;
}

const OPTIONS = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase', 'name'];

/** What `ExponentialDecay` and `InverseTimeDecay` have in common: all but the formula. */
export abstract class StaircaseDecay extends LearningRateSchedule {
  /** The rate at step 0: a finite number. */
  readonly initialLearningRate: number;
  /** Length of a period in steps: > 0. */
  readonly decaySteps: number;
  /** What a period does to the rate: ≥ 0. */
  readonly decayRate: number;
  /** Whether the rate changes only at whole multiples of `decaySteps`. */
  readonly staircase: boolean;
  /** Kept for the config's sake: there is no operation to name. */
  readonly name: string | null;

  protected constructor(className: string, options: StaircaseDecayOptions) {
    super();
    checkOptions(className, options, OPTIONS);
    const { initialLearningRate, decaySteps, decayRate, staircase = false, name = null } = options;
    checkNumber('initialLearningRate', initialLearningRate, finite);
    checkNumber('decaySteps', decaySteps, aboveZero);
    checkNumber('decayRate', decayRate, nonNegative);
    checkBoolean('staircase', staircase);
    checkName(name);
    this.initialLearningRate = initialLearningRate;
    this.decaySteps = decaySteps;
    this.decayRate = decayRate;
    this.staircase = staircase;
    this.name = name;
  }

  /** Periods passed at a step in [0, 2⁵³): s / decaySteps, or ⌊s / decaySteps⌋ with `staircase`. */
  protected periodsAt(step: number): number {
    checkStep(step);
    const periods = step / this.decaySteps;
    return this.staircase ? Math.floor(periods) : periods;
  }

  override getConfig(): ScheduleConfig {
    return {
      initial_learning_rate: this.initialLearningRate,
      decay_steps: this.decaySteps,
      decay_rate: this.decayRate,
      staircase: this.staircase,
      name: this.name,
    };
  }
}
