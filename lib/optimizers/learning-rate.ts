import { checkNumber, finite, nonNegative } from '../arguments/ranges.js';
import { LearningRateSchedule, serialize } from '../schedules/index.js';
import { Hyperparameter, type HyperValue } from './hyperparameter.js';

/** A learning rate as a user may give it. */
export type LearningRate = HyperValue | LearningRateSchedule;

/** The learning rate of an optimizer: any hyperparameter or a schedule, with inverse time decay on top. */
export class LearningRateSetting {
  readonly #decay: Hyperparameter;
  #rate: Hyperparameter | LearningRateSchedule;

  /** @param lr - Keras' older name; wins when both are given */
  constructor(learningRate: unknown, lr: unknown, decay: unknown) {
    if (lr !== undefined) checkNumber('lr', lr, nonNegative);
    const given = lr === undefined ? learningRate : lr;
    this.#rate = given instanceof LearningRateSchedule ? given : new Hyperparameter('learningRate', finite, given);
    this.#decay = new Hyperparameter('decay', nonNegative, decay === undefined ? 0 : decay);
  }

  get(): LearningRate {
    return this.#rate instanceof LearningRateSchedule ? this.#rate : this.#rate.get();
  }

  set(value: unknown): void {
    if (value instanceof LearningRateSchedule) this.#rate = value;
    else if (this.#rate instanceof LearningRateSchedule) this.#rate = new Hyperparameter('learningRate', finite, value);
    else this.#rate.set(value);
  }

  get decay(): Hyperparameter {
    return this.#decay;
  }

  /** The rate of the step after `iterations` steps: `schedule(iterations) / (1 + decay · iterations)`. */
  at(iterations: number): number {
    let rate: number;
    if (this.#rate instanceof LearningRateSchedule) {
      rate = this.#rate.call(iterations);
      checkNumber(`learningRate.call(${iterations})`, rate, finite);
    } else {
      rate = this.#rate.current();
    }
    return rate / (1 + this.#decay.current() * iterations);
  }

  /** As a config has it: a schedule with its own config, or the number in force. */
  toConfig(): unknown {
    return this.#rate instanceof LearningRateSchedule ? serialize(this.#rate) : this.#rate.current();
  }
}
