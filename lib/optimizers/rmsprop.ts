import { wrongValue } from '../arguments/errors.js';
import { refuseWrites } from '../arguments/members.js';
import { checkBoolean, checkOptions } from '../arguments/options.js';
import { positive, unitInterval, unitIntervalClosed } from '../arguments/ranges.js';
import { needKernel, withKernel } from '../backend/kernel.js';
import { type Rule, withoutTiny } from '../backend/rule.js';
import type { Config, ConfigKeys } from './config.js';
import { Hyperparameter, type HyperValue } from './hyperparameter.js';
import { GIVEN } from './inspection.js';
import { Optimizer } from './optimizer.js';
import { type OptimizerOptions, optimizerOptionNames } from './optimizer-options.js';

const { fround, sqrt } = Math;

/**
 * RMSprop in IEEE 754 binary32, each operation rounded once, none fused; moments below 2⁻¹⁰² are stored as +0:
 *
 *     s' = s + (g·g − s)·(1 − ρ)       a' = a + (g − a)·(1 − ρ)   (centered)
 *     d  = s' + ε, or (s' − a'·a') + ε
 *     v' = momentum·v + (lr·g) / √d     p' = p − v'                (without momentum v' is the second term)
 *
 * Scalars: lr, 1 − ρ, momentum, ε. Native twin: native/kernels/rmsprop-inl.h.
 */
function rmspropRule(centered: boolean, hasMomentum: boolean): Rule {
  const name = `rmsprop${centered ? '-centered' : ''}${hasMomentum ? '-momentum' : ''}`;
  const slots = ['rms', ...(hasMomentum ? ['momentum'] : []), ...(centered ? ['mg'] : [])];
  return withKernel(needKernel(name, slots.length, 4), {
    name,
    slots,
    scalars: 4,
    sweep(param, out, slots, at, grad, gradAt, n, scalars) {
      const learningRate = scalars[0];
      const oneMinusRho = scalars[1];
      const momentum = scalars[2];
      const epsilon = scalars[3];
      const s = slots[0];
      const v = slots[1];
      const mean = slots[slots.length - 1];
      for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
        const g = grad[j];
        const s1 = withoutTiny(fround(s[i] + fround(fround(fround(g * g) - s[i]) * oneMinusRho)));
        s[i] = s1;
        let spread = s1;
        if (centered) {
          const mean1 = withoutTiny(fround(mean[i] + fround(fround(g - mean[i]) * oneMinusRho)));
          mean[i] = mean1;
          spread = fround(s1 - fround(mean1 * mean1));
        }
        // The root of a binary32 number, rounded to binary64 and then to binary32, is the correctly rounded one.
        let change = fround(fround(learningRate * g) / fround(sqrt(fround(spread + epsilon))));
        if (hasMomentum) {
          change = withoutTiny(fround(fround(momentum * v[i]) + change));
          v[i] = change;
        }
        out[i] = fround(param[i] - change);
      }
    },
  });
}

/** Rules by whether they are centered, then by whether they have momentum. */
const RULES = [
  [rmspropRule(false, false), rmspropRule(false, true)],
  [rmspropRule(true, false), rmspropRule(true, true)],
];

/** Options of `RMSprop`. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Decay rate of the moving averages, in [0, 1). Default: 0.9. */
  rho?: HyperValue;
  /** In [0, 1]. Default: 0, and then there is no slot for it. */
  momentum?: HyperValue;
  /** Added to the mean square inside the root, > 0. Default: 1e-7. */
  epsilon?: HyperValue | null;
  /**
   * Whether to divide by the estimated deviation instead of the mean square; with slots of float32 only. Default:
   * false.
   */
  centered?: boolean;
}

/**
 * RMSprop (Hinton 2012; centered: Graves 2013) with the names and defaults of `tf.keras.optimizers.RMSprop`, ε inside
 * the root as in Keras 3; sparse steps are lazy. Whether there is momentum is decided at construction.
 */
export class RMSprop extends Optimizer {
  static override readonly configKeys: ConfigKeys = {
    rho: 'rho',
    momentum: 'momentum',
    epsilon: 'epsilon',
    centered: 'centered',
  };

  readonly #centered: boolean;
  readonly #rho: Hyperparameter;
  readonly #momentum: Hyperparameter;
  readonly #epsilon: Hyperparameter;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: RMSpropOptions = {}) {
    checkOptions('RMSprop', options, [...optimizerOptionNames, 'rho', 'momentum', 'epsilon', 'centered']);
    const { learningRate = 0.001, rho = 0.9, momentum = 0, centered = false } = options;
    const epsilon = options.epsilon ?? 1e-7;
    checkBoolean('centered', centered);
    if (centered && options.slotDtype === 'bfloat16') {
      // The variance is the difference of two moments, which 8 bits each leave below 0 where gradients hardly vary.
      throw wrongValue('slotDtype', "'float32' where centered is true", options.slotDtype);
    }
    super(RULES[Number(centered)][Number(momentum !== 0)], 'RMSprop', { ...options, learningRate });
    this.#centered = centered;
    this.#rho = new Hyperparameter('rho', unitInterval, rho);
    this.#momentum = new Hyperparameter('momentum', unitIntervalClosed, momentum);
    this.#epsilon = new Hyperparameter('epsilon', positive, epsilon);
  }

  /** Decided at construction. */
  get centered(): boolean {
    return this.#centered;
  }

  /**
   * ρ, by which the mean of squared gradients decays: in [0, 1). Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get rho(): number {
    return this.#rho.current(this);
  }
  set rho(value: HyperValue) {
    this.#rho.set(value);
  }

  /**
   * The part of the last change that is made again: in [0, 1]. Setting it is in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get momentum(): number {
    return this.#momentum.current(this);
  }
  set momentum(value: HyperValue) {
    this.#momentum.set(value);
  }

  /**
   * ε, added to the mean of squared gradients: > 0. Setting it is in force at the next step.
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
    scalars[1] = 1 - this.rho;
    scalars[2] = this.momentum;
    scalars[3] = this.epsilon;
  }

  /** @hidden */
  override [GIVEN](): object {
    return {
      ...super[GIVEN](),
      rho: this.#rho.get(),
      momentum: this.#momentum.get(),
      epsilon: this.#epsilon.get(),
      centered: this.centered,
    };
  }

  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return {
      ...head,
      ...rate,
      rho: this.rho,
      momentum: this.momentum,
      epsilon: this.epsilon,
      centered: this.centered,
    };
  }
}

refuseWrites(RMSprop);
