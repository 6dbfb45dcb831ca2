import type { NamedTensorMap, Scalar, serialization, Tensor, Optimizer as TfOptimizer } from '@tensorflow/tfjs-core';
import { typeError, wrongType } from '../arguments/errors.js';
import { type ConfigKeys, type CustomObjects, optionsFromConfig } from '../optimizers/config.js';
import type { GradientEngine, VariableTarget } from '../optimizers/engine.js';
import type { LearningRate } from '../optimizers/learning-rate.js';
import type { Loss, VarList } from '../optimizers/loss.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { ApplyOptions, MinimizeOptions, OptimizerOptions } from '../optimizers/optimizer-options.js';
import { statesOf } from '../optimizers/optimizer-state.js';
import { LearningRateSchedule } from '../schedules/index.js';
import type { Gradient } from '../variables/gradient.js';
import type { Variable } from '../variables/variable.js';
import { configFrom } from './config.js';
import type { Masters } from './masters.js';
import { minimize } from './minimize.js';
import { targetsOf, type VariableSource, variablesOf } from './model-variables.js';
import type { NamedTensor, Tfjs, TfjsVariable } from './namespace.js';
import { Steps } from './steps.js';
import type { Tables } from './tables.js';
import { Weights } from './weights.js';

/** Pairs as Keras has them: a gradient, and the variable that it is of. */
type Pairs = Iterable<readonly [Gradient | Tensor | undefined, VariableTarget]>;

/** Gradients as TensorFlow.js hands them over, or as Keras does. */
export type TfjsGradients = NamedTensorMap | readonly NamedTensor[] | Pairs;

/**
 * An optimizer of TensorFlow.js, for `model.compile` or by itself, that has an optimizer of this package do its steps. Where
 * the two APIs differ it is TensorFlow.js' that counts; the other one is that of `core`.
 */
export interface TfjsOptimizer<C extends Optimizer = Optimizer> extends TfOptimizer {
  /** What computes and keeps the slots: for hyperparameters, `getSlot`, `adamax/checkpoint` and all else. */
  readonly core: C;
  /** May be set at any time. */
  learningRate: LearningRate;
  /** TensorFlow.js' order of arguments: the loss is returned where `returnCost` is true. */
  minimize(f: () => Scalar, returnCost?: boolean, varList?: TfjsVariable[]): Scalar | null;
  /** Keras' order: `varList` may be nested, or a function that is asked after the loss. Returns the number of steps so far. */
  minimize(loss: Loss, varList: VarList, options?: MinimizeOptions): number;
  /**
   * Steps variables by gradients, and counts one iteration.
   * @returns the number of steps taken so far
   */
  applyGradients(gradients: Pairs, options?: ApplyOptions): number;
  applyGradients(gradients: TfjsGradients, options?: ApplyOptions): number;
  /**
   * Has steps apply the constraints that the layers of a model have. TensorFlow.js hands over variables without their
   * layers, so that nobody knows of them who is not told.
   */
  constrain(model: VariableSource): this;
}

/** Options of an optimizer, but for the engine, which is TensorFlow.js. */
type Options<O extends OptimizerOptions> = Omit<O, 'engine'>;

/** The class of an optimizer. A number, a function or a schedule is its learning rate. */
export interface TfjsOptimizerClass<C extends Optimizer, O extends OptimizerOptions> {
  new (options?: Options<O> | number | LearningRateSchedule | ((iterations: number) => number)): TfjsOptimizer<C>;
  /** What saved models call it. */
  readonly className: string;
  /** Makes an optimizer of what `getConfig` gave, as TensorFlow.js calls it for saved models. */
  fromConfig<T extends serialization.Serializable>(
    cls: serialization.SerializableConstructor<T>,
    config: serialization.ConfigDict,
    customObjects?: CustomObjects,
  ): T;
}

/** A class of the core. */
interface CoreClass<C extends Optimizer, O extends OptimizerOptions> {
  new (options: O): C;
  readonly configKeys: ConfigKeys;
}

/**
 * Makes the class for TensorFlow.js of one of the core, and registers it there, so that saved models find it.
 * @param className - what saved models call it: another name than that of TensorFlow.js' own, since they hold other state
 */
export function defineOptimizer<C extends Optimizer, O extends OptimizerOptions>(
  tf: Tfjs,
  masters: Masters,
  tables: Tables,
  engine: GradientEngine,
  className: string,
  Core: CoreClass<C, O>,
): TfjsOptimizerClass<C, O> {
  class NativeOptimizer extends tf.Optimizer {
    static readonly className = className;
    readonly core: C;
    readonly #weights: Weights;
    readonly #steps: Steps;

    constructor(given: unknown = {}, ...rest: unknown[]) {
      super();
      if (rest.length > 0) {
        const expected = `${className} must have one argument, such as { learningRate: 0.01 }`;
        throw typeError('ERR_ADAMAX_OPTION', `${expected}: received ${rest.length + 1}`);
      }
      this.core = new Core({ ...optionsOf(given), engine } as unknown as O);
      this.#weights = new Weights(tf, this.core);
      this.#steps = new Steps(tf, this.core, masters, this.#weights);
    }

    get learningRate(): LearningRate {
      return this.core.learningRate;
    }
    set learningRate(value: LearningRate) {
      this.core.learningRate = value;
    }

    override get iterations(): number {
      return this.#weights.iterations;
    }

    override minimize(loss: never, second?: unknown, third?: never): never {
      const isKeras = typeof second === 'function' || (typeof second === 'object' && second !== null);
      if (isKeras) return this.#steps.minimize(loss, this.#bound(second as VarList), third) as never;
      const apply = (pairs: unknown) => this.#steps.apply(pairs);
      return minimize(tf, masters, tables, apply, loss, second as boolean, third) as never;
    }

    /** Variables that get what was saved of them as soon as they are known. */
    #bound(varList: VarList): VarList {
      if (!this.#weights.isWaiting) return varList;
      return () => {
        const list = typeof varList === 'function' ? varList() : varList;
        const targets = [...targetsOf('varList', list)].map((target) => masters.find(target));
        this.#weights.bind(targets.filter((variable) => variable?.trainable === true) as Variable[]);
        return list;
      };
    }

    override applyGradients(gradients: never, options?: ApplyOptions): number {
      return this.#steps.apply(gradients, options);
    }

    constrain(model: VariableSource): this {
      variablesOf(tf, masters, model);
      return this;
    }

    override getConfig(): serialization.ConfigDict {
      return this.core.getConfig() as serialization.ConfigDict;
    }

    static override fromConfig(
      cls: new (options: unknown) => unknown,
      config: object,
      customObjects?: CustomObjects,
    ): never {
      if (typeof cls !== 'function' || cls.prototype === undefined)
        throw wrongType('cls', `a class, as ${className} is`, cls);
      return new cls(optionsFromConfig(configFrom(config), Core.configKeys, customObjects)) as never;
    }

    override async saveIterations(): Promise<NamedTensor> {
      return this.#weights.iter();
    }

    override async getWeights(): Promise<NamedTensor[]> {
      return this.#weights.get();
    }

    override async setWeights(weights: NamedTensor[]): Promise<void> {
      await this.#weights.set(weights);
    }

    /** Drops all state. What comes after it begins anew. */
    override dispose(): void {
      this.#weights.clear();
      this.#steps.clear();
      this.core.release(statesOf(this.core).variables);
      this.core.iterations.assign(0);
    }
  }
  Object.defineProperty(NativeOptimizer, 'name', { value: className });
  tf.serialization.registerClass(NativeOptimizer as never);
  return NativeOptimizer as unknown as TfjsOptimizerClass<C, O>;
}

/** Options of the core, of what a constructor was given. */
function optionsOf(given: unknown): object {
  if (typeof given !== 'object' || given === null || given instanceof LearningRateSchedule) {
    return { learningRate: given };
  }
  if ('engine' in given)
    throw typeError('ERR_ADAMAX_OPTION', 'engine must be left out: received one beside TensorFlow.js');
  return given;
}
