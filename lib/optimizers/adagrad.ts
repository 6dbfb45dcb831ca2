import { refuseWrites } from '../arguments/members.js';
import { checkOptions } from '../arguments/options.js';
import { checkNumber, nonNegativeFloat32, positive } from '../arguments/ranges.js';
import { needKernel, withKernel } from '../backend/kernel.js';
import { type Rule, withoutTiny } from '../backend/rule.js';
import type { Config, ConfigKeys } from './config.js';
import { Hyperparameter, type HyperValue } from './hyperparameter.js';
import { GIVEN } from './inspection.js';
import { Optimizer } from './optimizer.js';
import { type OptimizerOptions, optimizerOptionNames } from './optimizer-options.js';

const { fround, sqrt } = Math;

/**
 * Adagrad in IEEE 754 binary32, each operation rounded once, none fused; accumulators below 2⁻¹⁰² are stored as +0:
 *
 *     a' = a + g·g
 *     p' = p − (lr·g) / (√a' + ε)
 *
 * Scalars: lr, ε. Native twin: native/kernels/adagrad-inl.h.
 */
const kernel = needKernel('adagrad', 1, 2);

const adagradRule: Rule = {
  name: 'adagrad',
  slots: ['accumulator'],
  scalars: 2,
  sweep(param, out, slots, at, grad, gradAt, n, scalars) {
    const accumulator = slots[0];
    const learningRate = scalars[0];
    const epsilon = scalars[1];
    for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
      const g = grad[j];
      const a1 = withoutTiny(fround(accumulator[i] + fround(g * g)));
      accumulator[i] = a1;
      // The root of a binary32 number, rounded to binary64 and then to binary32, is the correctly rounded one.
      out[i] = fround(param[i] - fround(fround(learningRate * g) / fround(fround(sqrt(a1)) + epsilon)));
    }
  },
};

/** Options of `Adagrad`. */
export interface AdagradOptions extends OptimizerOptions {
  /**
   * What accumulators start with, ≥ 0. With 0 a table of rows takes memory only for the rows that steps have touched.
   * Default: 0.1.
   */
  initialAccumulatorValue?: number;
  /** Added to the root of the accumulator, > 0. Default: 1e-7. */
  epsilon?: HyperValue | null;
}

/**
 * Adagrad (Duchi et al. 2011) with the names and defaults of `tf.keras.optimizers.Adagrad`, ε outside the root as TF
 * 2.2 has it in every form of the step (Keras 3 has it inside); sparse steps are lazy.
 *
 *     a ← a + g²      p ← p − lr · g/(√a + ε)
 */
export class Adagrad extends Optimizer {
  static override readonly configKeys: ConfigKeys = {
    initial_accumulator_value: 'initialAccumulatorValue',
    epsilon: 'epsilon',
  };

  readonly #initialAccumulatorValue: number;
  readonly #epsilon: Hyperparameter;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: AdagradOptions = {}) {
    checkOptions('Adagrad', options, [...optimizerOptionNames, 'initialAccumulatorValue', 'epsilon']);
    const { learningRate = 0.001, initialAccumulatorValue = 0.1 } = options;
    const epsilon = options.epsilon ?? 1e-7;
    checkNumber('initialAccumulatorValue', initialAccumulatorValue, nonNegativeFloat32);
    const rule = withKernel(kernel, { ...adagradRule, initial: [initialAccumulatorValue] });
    super(rule, 'Adagrad', { ...options, learningRate });
    this.#initialAccumulatorValue = initialAccumulatorValue;
    this.#epsilon = new Hyperparameter('epsilon', positive, epsilon);
  }

  /** What accumulators start with; decided at construction. */
  get initialAccumulatorValue(): number {
    return this.#initialAccumulatorValue;
  }

  /**
   * ε, added to the root of the accumulators: > 0. Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get epsilon(): number {
    return this.#epsilon.current(this);
  }
  set epsilon(value: HyperValue) {
    this.#epsilon.set(value);
  }

  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    scalars[0] = learningRate;
    scalars[1] = this.epsilon;
  }

  /** @hidden */
  override [GIVEN](): object {
    return { ...super[GIVEN](), initialAccumulatorValue: this.initialAccumulatorValue, epsilon: this.#epsilon.get() };
  }

  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return {
      ...head,
      ...rate,
      initial_accumulator_value: this.initialAccumulatorValue,
      epsilon: this.epsilon,
    };
  }
}

refuseWrites(Adagrad);
