import { checkNumber, finiteFloat32, nonNegative, nonNegativeFloat32 } from '../arguments/ranges.js';
import { LearningRateSchedule, serialize } from '../schedules/index.js';
import { type Counting, HYPER_VALUES, Hyperparameter, type HyperValue } from './hyperparameter.js';

/** A learning rate as a user may give it. */
export type LearningRate = HyperValue | LearningRateSchedule;

/** The learning rate of an optimizer: any hyperparameter or a schedule, with inverse time decay on top. */
export class LearningRateSetting {
  readonly #decay: Hyperparameter;
  /** The rate that is in force where there is no schedule. */
  #rate: Hyperparameter;
  #schedule: LearningRateSchedule | null = null;

  /** @param lr - Keras' older name; wins when both are given */
  constructor(learningRate: unknown, lr: unknown, decay: unknown) {
    if (lr !== undefined && lr !== null) checkNumber('lr', lr, nonNegativeFloat32);
    const given = lr ?? learningRate;
    if (given instanceof LearningRateSchedule) this.#schedule = given;
    this.#rate = rateOf(this.#schedule === null ? given : 0);
    this.#decay = new Hyperparameter('decay', nonNegative, decay ?? 0);
  }

  get(): LearningRate {
    return this.#schedule ?? this.#rate.get();
  }

  set(value: unknown): void {
    if (value instanceof LearningRateSchedule) {
      this.#schedule = value;
    } else if (this.#schedule === null) {
      this.#rate.set(value);
    } else {
      this.#rate = rateOf(value);
      this.#schedule = null;
    }
  }

  get decay(): Hyperparameter {
    return this.#decay;
  }

  /** The rate of the step after `iterations` steps: `schedule(iterations) / (1 + decay · iterations)`. */
  at(iterations: number): number {
    const rate = this.#schedule === null ? this.#rate.current(iterations) : this.#scheduled(this.#schedule, iterations);
    return rate / (1 + this.#decay.current(iterations) * iterations);
  }

  #scheduled(schedule: LearningRateSchedule, iterations: number): number {
    const rate = schedule.call(iterations);
    checkNumber(`learningRate.call(${iterations})`, rate, finiteFloat32);
    return rate;
  }

  /** As a config has it: a schedule with its own config, or the number in force. */
  toConfig(steps: Counting): unknown {
    return this.#schedule === null ? this.#rate.current(steps) : serialize(this.#schedule);
  }
}

function rateOf(value: unknown): Hyperparameter {
  return new Hyperparameter('learningRate', finiteFloat32, value, `a schedule, ${HYPER_VALUES}`);
}
