import { refuseWrites } from '../arguments/members.js';
import { checkBoolean, checkOptions } from '../arguments/options.js';
import { unitIntervalClosed } from '../arguments/ranges.js';
import { needKernel, withKernel } from '../backend/kernel.js';
import { withoutTiny } from '../backend/rule.js';
import type { Config, ConfigKeys } from './config.js';
import { Hyperparameter, type HyperValue } from './hyperparameter.js';
import { GIVEN } from './inspection.js';
import { Optimizer } from './optimizer.js';
import { type OptimizerOptions, optimizerOptionNames } from './optimizer-options.js';
import { sgdRule } from './sgd-rule.js';

const { fround } = Math;

/** v' = momentum·v − lr·g, and p' = p + v', or p' = p + (momentum·v' − lr·g) with Nesterov's look ahead. */
const momentumRule = (name: string, nesterov: boolean) =>
  withKernel(needKernel(name, 1, 2), {
    name,
    slots: ['momentum'],
    scalars: 2,
    sweep(param, out, slots, at, grad, gradAt, n, scalars) {
      const v = slots[0];
      const learningRate = scalars[0];
      const momentum = scalars[1];
      for (let i = at, j = gradAt; j < gradAt + n; i++, j++) {
        const downhill = fround(learningRate * grad[j]);
        const v1 = withoutTiny(fround(fround(momentum * v[i]) - downhill));
        const change = nesterov ? fround(fround(momentum * v1) - downhill) : v1;
        v[i] = v1;
        out[i] = fround(param[i] + change);
      }
    },
  });

const heavyBall = momentumRule('sgd-momentum', false);
const lookAhead = momentumRule('sgd-nesterov', true);

/** Options of `SGD`. */
export interface SGDOptions extends OptimizerOptions {
  /** In [0, 1]. Default: 0, and then there are no slots. */
  momentum?: HyperValue;
  /** Whether to look ahead along the momentum (Nesterov; Sutskever et al. 2013). Default: false. */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum, as `tf.keras.optimizers.SGD`; sparse steps are lazy. Whether there is
 * momentum is decided at construction.
 */
export class SGD extends Optimizer {
  static override readonly configKeys: ConfigKeys = { momentum: 'momentum', nesterov: 'nesterov' };

  readonly #nesterov: boolean;
  readonly #momentum: Hyperparameter;

  /**
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`
   */
  constructor(options: SGDOptions = {}) {
    checkOptions('SGD', options, [...optimizerOptionNames, 'momentum', 'nesterov']);
    const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
    checkBoolean('nesterov', nesterov);
    super(momentum === 0 ? sgdRule : nesterov ? lookAhead : heavyBall, 'SGD', { ...options, learningRate });
    this.#nesterov = nesterov;
    this.#momentum = new Hyperparameter('momentum', unitIntervalClosed, momentum);
  }

  /** Decided at construction. */
  get nesterov(): boolean {
    return this.#nesterov;
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

  protected override writeScalars(_step: number, learningRate: number, scalars: Float32Array): void {
    scalars[0] = learningRate;
    if (scalars.length > 1) scalars[1] = this.momentum;
  }

  /** @hidden */
  override [GIVEN](): object {
    return { ...super[GIVEN](), momentum: this.#momentum.get(), nesterov: this.nesterov };
  }

  override getConfig(): Config {
    const { head, rate } = this.baseConfig();
    return { ...head, ...rate, momentum: this.momentum, nesterov: this.nesterov };
  }
}

refuseWrites(SGD);
