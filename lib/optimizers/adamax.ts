import { checkOptions } from '../arguments/options.js';
import { positive, unitInterval } from '../arguments/ranges.js';
import { adamaxRule } from './adamax-rule.js';
import { BiasCorrection, checkAlpha } from './bias-correction.js';
import type { Config, ConfigKeys } from './config.js';
import { Hyperparameter, type HyperValue } from './hyperparameter.js';
import { GIVEN } from './inspection.js';
import { Optimizer } from './optimizer.js';
import { type OptimizerOptions, optimizerOptionNames } from './optimizer-options.js';

/** Options of `Adamax`. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Decay rate of the first moment, in [0, 1). Default: 0.9. */
  beta1?: HyperValue;
  /** Decay rate of the infinity norm, in [0, 1). Default: 0.999. */
  beta2?: HyperValue;
  /** Added to the infinity norm, > 0. Default: 1e-7. */
  epsilon?: HyperValue | null;
}

/**
 * Adamax, the variant of Adam on the infinity norm (Kingma & Ba 2014, section 7), with the defaults, the names and the
 * lazy sparse steps of `tf.keras.optimizers.Adamax`.
 *
 *     m ← m + (g − m)·(1 − β₁)      u ← max(β₂·u, |g|)      p ← p − lr/(1 − β₁ᵗ) · m/(u + ε)
 *
 * @example
 * const w = new Float32Array([1, 2]);
 * new Adamax({ learningRate: 0.1 }).applyGradients([[new Float32Array([0.5, -0.5]), w]]);
 */
export class Adamax extends Optimizer {
  static override readonly configKeys: ConfigKeys = { beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon' };

  readonly #beta1: Hyperparameter;
  readonly #beta2: Hyperparameter;
  readonly #epsilon: Hyperparameter;
  readonly #correction = new BiasCorrection();

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: AdamaxOptions = {}) {
    checkOptions('Adamax', options, [...optimizerOptionNames, 'beta1', 'beta2', 'epsilon']);
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999 } = options;
    const epsilon = options.epsilon ?? 1e-7;
    super(adamaxRule, 'Adamax', { ...options, learningRate });
    this.#beta1 = new Hyperparameter('beta1', unitInterval, beta1);
    this.#beta2 = new Hyperparameter('beta2', unitInterval, beta2);
    this.#epsilon = new Hyperparameter('epsilon', positive, epsilon);
  }

  /**
   * β₁, by which the first moment decays: in [0, 1). Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get beta1(): number {
    return this.#beta1.current(this);
  }
  set beta1(value: HyperValue) {
    this.#beta1.set(value);
  }

  /**
   * β₂, by which the infinity norm decays: in [0, 1). Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get beta2(): number {
    return this.#beta2.current(this);
  }
  set beta2(value: HyperValue) {
    this.#beta2.set(value);
  }

  /**
   * ε, added to the infinity norm: > 0. Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get epsilon(): number {
    return this.#epsilon.current(this);
  }
  set epsilon(value: HyperValue) {
    this.#epsilon.set(value);
  }

  protected override writeScalars(step: number, learningRate: number, scalars: Float32Array): void {
    const beta1 = this.beta1;
    const alpha = this.#correction.alpha(learningRate, beta1, step);
    checkAlpha(alpha, step);
    scalars[0] = 1 - beta1;
    scalars[1] = this.beta2;
    scalars[2] = alpha;
    scalars[3] = this.epsilon;
  }

  /** @hidden */
  override [GIVEN](): object {
    return { ...super[GIVEN](), beta1: this.#beta1.get(), beta2: this.#beta2.get(), epsilon: this.#epsilon.get() };
  }

  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate, beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon };
  }
}
