import { checkBoolean, checkOneOf, checkOptions, checkString } from '../arguments/options.js';
import { warn } from '../arguments/warn.js';
import type { SlotArray, SlotDtype } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { initialize } from '../initializers/initialize.js';
import type { WeightLike } from '../state/given-weight.js';
import { type NdArray, ndArrayOf } from '../state/nd-array.js';
import { setWeights, type WeightsReport } from '../state/set-weights.js';
import { VariableStates } from '../state/variable-states.js';
import { makeWeight, type WeightOptions } from '../state/weight.js';
import { Stepper } from '../step/stepper.js';
import type { Gradient } from '../variables/gradient.js';
import { type AnyVariable, isTrainable, type Variable } from '../variables/variable.js';
import { toKnownVariables, toVariable, toVariables, type VariableLike } from '../variables/variable-like.js';
import { ClippingSetting } from './clipping.js';
import { type Config, type ConfigKeys, type CustomObjects, optionsFromConfig } from './config.js';
import { type LearningRate, LearningRateSetting } from './learning-rate.js';
import { gradientsOf, type Loss, type VarList, withoutGaps } from './loss.js';
import { uniqueName } from './names.js';
import {
  type ApplyOptions,
  checkApplyOptions,
  type GradsAndVars,
  type MinimizeOptions,
  type OptimizerOptions,
  type SetWeightsOptions,
} from './optimizer-options.js';

/** What takes the steps of an optimizer, for the guests of this package: hooks are set there. */
export let stepperOf: (optimizer: Optimizer) => Stepper;

/** What an optimizer keeps, for the guests of this package. */
export let statesOf: (optimizer: Optimizer) => VariableStates;

/**
 * Base of all optimizers, after `tf.keras.optimizers.Optimizer`. A subclass gives its rule, the scalars of a step and
 * its part of the config; everything else lives here.
 */
export abstract class Optimizer {
  /** Config keys of the class and the options they stand for; `fromConfig` knows those of all optimizers by itself. */
  static readonly configKeys: ConfigKeys = {};

  readonly name: string;

  readonly #scalars: Float32Array;
  readonly #rate: LearningRateSetting;
  readonly #clipping: ClippingSetting;
  readonly #states: VariableStates;
  readonly #stepper: Stepper;
  readonly #warned = new WeakSet<Variable>();

  static {
    stepperOf = (optimizer) => optimizer.#stepper;
    statesOf = (optimizer) => optimizer.#states;
  }

  /**
   * @param rule - the update rule, native or in TypeScript only
   * @param defaultName - the name where none is given
   */
  protected constructor(rule: Rule, defaultName: string, options: OptimizerOptions) {
    const { learningRate, lr, decay, clipnorm, clipvalue, slotDtype = 'float32', name = defaultName } = options;
    checkString('name', name);
    checkOneOf('slotDtype', slotDtype, ['float32', 'bfloat16']);
    this.#scalars = new Float32Array(rule.scalars);
    this.#rate = new LearningRateSetting(learningRate, lr, decay);
    this.#clipping = new ClippingSetting(clipnorm, clipvalue);
    this.name = name === '' ? uniqueName(new.target, defaultName) : name;
    this.#states = new VariableStates(rule, this.name, slotDtype);
    this.#stepper = new Stepper({
      rule,
      states: this.#states,
      clipping: this.#clipping,
      scalars: this.#scalars,
      writeScalars: (iterations) => {
        this.writeScalars(iterations + 1, this.#rate.at(iterations), this.#scalars);
      },
    });
  }

  /**
   * Writes the scalars of one step.
   * @param step - 1 for the first step
   * @param learningRate - the rate in force for this step, decay included
   * @param scalars - receives float64 values, each rounded once to float32
   */
  protected abstract writeScalars(step: number, learningRate: number, scalars: Float32Array): void;

  /** Plain JSON that `fromConfig` turns into an equal optimizer, without its state. Keys and their order are Keras'. */
  abstract getConfig(): Config;

  /**
   * The reverse of `getConfig`; the config is left as it is.
   * @param customObjects - classes of schedules by name, looked up before the built-in ones
   * @throws TypeError `ERR_ADAMAX_OPTION` for a key that is unknown
   * @throws RangeError `ERR_ADAMAX_CONFIG` for a schedule whose class is unknown
   */
  static fromConfig<T extends Optimizer>(
    this: { new (options: never): T; readonly configKeys: ConfigKeys },
    config: object,
    customObjects?: CustomObjects,
  ): T {
    return new this(optionsFromConfig(config, this.configKeys, customObjects) as never);
  }

  /** The part of a config that all optimizers have, before and after the learning rate. */
  protected baseConfig(): { head: { name: string }; rate: { learning_rate: unknown; decay: number } } {
    // A key that Keras does not know is written only where there is something to say.
    const slots = this.slotDtype === 'float32' ? {} : { slot_dtype: this.slotDtype };
    const head = { name: this.name, ...this.#clipping.toConfig(), ...slots };
    return { head, rate: { learning_rate: this.#rate.toConfig(), decay: this.decay } };
  }

  /** How slots are stored; decided at construction. */
  get slotDtype(): SlotDtype {
    return this.#states.slotDtype;
  }

  get learningRate(): LearningRate {
    return this.#rate.get();
  }
  set learningRate(value: LearningRate) {
    this.#rate.set(value);
  }

  /** Keras' older name of `learningRate`. */
  get lr(): LearningRate {
    return this.learningRate;
  }
  set lr(value: LearningRate) {
    this.learningRate = value;
  }

  get decay(): number {
    return this.#rate.decay.current();
  }
  set decay(value: number) {
    this.#rate.decay.set(value);
  }

  get clipnorm(): number | undefined {
    return this.#clipping.clipnorm.get();
  }
  set clipnorm(value: number | null | undefined) {
    this.#clipping.clipnorm.set(value);
  }

  get clipvalue(): number | undefined {
    return this.#clipping.clipvalue.get();
  }
  set clipvalue(value: number | null | undefined) {
    this.#clipping.clipvalue.set(value);
  }

  /** Number of steps taken: an int64 scalar. Assign to it, or replace it by a variable before the first step. */
  get iterations(): Variable<BigInt64Array> {
    return this.#states.iterations;
  }
  set iterations(variable: Variable<BigInt64Array>) {
    this.#stepper.turn.check('iterations');
    this.#states.iterations = variable;
  }

  /** The state: `[iterations, every m, every v]`, in order of creation. */
  get weights(): AnyVariable[] {
    return this.#states.weights;
  }

  /** Returns `weights`, which have both names in Keras. */
  variables(): AnyVariable[] {
    return this.weights;
  }

  /**
   * Steps each variable by its gradient, in place, and counts one iteration. All or nothing: when it throws, no
   * parameter, slot or counter has changed.
   *
   * @param gradsAndVars - any iterable of `[gradient, variable]`. A variable whose gradient is `null` is left alone, with
   *   one process warning; so is one that is not `trainable`, without.
   * @returns the number of steps taken so far
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_CONSTRAINT`
   * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS`, `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_SHAPE`, `ERR_ADAMAX_INDEX`,
   *   `ERR_ADAMAX_OVERLAP`, `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE` (of a learning rate that is a function)
   */
  applyGradients(gradsAndVars: GradsAndVars, options?: ApplyOptions): number {
    const aggregate = this.#aggregates('applyGradients', options);
    return this.#end(this.#stepper.step('applyGradients', gradsAndVars, aggregate));
  }

  /**
   * Takes the same step as `applyGradients`, to the bit, off the event loop: arguments are checked before it returns,
   * and a promise tells when the step is done. Small steps, and those of the TypeScript fallback, are taken before it
   * returns.
   *
   * Until the promise settles the optimizer refuses all that reads or writes its state, and every optimizer of this
   * thread refuses a step on the same memory. Anybody may read the arrays, but what they hold is undefined. Whoever
   * receives a buffer that is transferred away meanwhile must not drop it.
   *
   * @returns a promise of the number of steps taken so far; rejects with what `applyGradients` throws
   * @throws TypeError `ERR_ADAMAX_BUSY` (as a rejection) while another step is under way
   */
  async applyGradientsAsync(gradsAndVars: GradsAndVars, options?: ApplyOptions): Promise<number> {
    const aggregate = this.#aggregates('applyGradientsAsync', options);
    return this.#end(await this.#stepper.stepAsync('applyGradientsAsync', gradsAndVars, aggregate));
  }

  /**
   * Evaluates a loss, which brings its gradients, and applies them.
   * @returns the number of steps taken so far
   * @throws as `applyGradients`, and TypeError `ERR_ADAMAX_ARG_TYPE` for a loss that is no function or has no gradients
   */
  minimize(loss: Loss, varList: VarList, options: MinimizeOptions = {}): number {
    checkOptions('minimize', options, ['gradLoss', 'name']);
    const { gradLoss, ...rest } = options;
    return this.applyGradients(gradientsOf(loss, varList, gradLoss), rest);
  }

  /**
   * The gradients of a loss, in the order of `params`; unclipped, since a step clips them.
   * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS` when one is missing
   */
  getGradients(loss: Loss, params: VarList): Gradient[] {
    return withoutGaps(gradientsOf(loss, params, undefined)).map(([gradient]) => gradient);
  }

  /** Applies the gradients of a loss. Keras returns a list with the operation; this one holds the number of steps. */
  getUpdates(loss: Loss, params: VarList): [number] {
    return [this.applyGradients(withoutGaps(gradientsOf(loss, params, undefined)))];
  }

  /**
   * Creates the slots of variables ahead of a first step, so that `setWeights` has somewhere to write.
   * Variables that have slots keep them, and those that are not trainable get none, as in a step.
   */
  build(varList: Iterable<VariableLike>): void {
    this.#stepper.turn.during('build', () => {
      const variables = toVariables('varList', varList);
      this.#states.follow();
      const creation = this.#states.creation();
      try {
        variables.filter(isTrainable).forEach(creation.stateOf);
      } catch (error) {
        creation.undo();
        throw error;
      }
      creation.keep();
    });
  }

  /**
   * Drops what the optimizer keeps of variables: their slots, and their arrays. A later step with one of them begins
   * with new slots. Variables that it has never seen are passed over.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_BUSY`
   */
  release(variables: Iterable<VariableLike>): void {
    this.#stepper.turn.during('release', () => {
      for (const variable of toKnownVariables('variables', variables)) this.#states.release(variable);
      this.#stepper.forget();
    });
  }

  /**
   * Adds a slot to a variable, or returns the one it has.
   * @param slotName - one of the rule's own (Adamax: `m`, `v`), or any other, which is then the caller's
   * @param initializer - a name, config or function of `initializers`, or the initial value itself; ignored where the
   *   slot exists
   */
  addSlot<T extends SlotArray = Float32Array>(
    variable: VariableLike,
    slotName: string,
    initializer: unknown = 'zeros',
  ): Variable<T> {
    return this.#stepper.turn.during('addSlot', () => {
      checkString('slotName', slotName);
      const owner = toVariable('variable', variable);
      const existing = this.#states.slots.find(owner, slotName);
      const slot =
        existing ?? this.#states.addSlot(owner, slotName, initialize('initializer', initializer, owner.shape));
      return slot as unknown as Variable<T>;
    });
  }

  /**
   * The slot of a variable; its data is a `Uint16Array` where slots are stored as bfloat16.
   * @throws RangeError `ERR_ADAMAX_SLOT` when there is none
   */
  getSlot<T extends SlotArray = Float32Array>(variable: VariableLike, slotName: string): Variable<T> {
    return this.#states.slots.get(toVariable('variable', variable), slotName) as unknown as Variable<T>;
  }

  /** Names of the slots made so far; `[]` before the first step. */
  getSlotNames(): string[] {
    return this.#states.slots.names();
  }

  /**
   * A variable for a rule's own use. As in Keras it is not among `weights`, unless it is `saved`.
   * @throws RangeError `ERR_ADAMAX_DUPLICATE` for a second one of a name that is saved
   */
  addWeight(name: string, shape: readonly number[], options: WeightOptions = {}): AnyVariable {
    const { weight, saved } = makeWeight(name, shape, options);
    if (saved) this.#stepper.turn.during('addWeight', () => this.#states.addWeight(weight));
    return weight;
  }

  /**
   * A copy of the state, in the order of `weights`, each under the name by which `setWeights` finds its place again:
   * `iterations`, `<variable>/<slot>`, or the name of an `addWeight` that is saved.
   */
  getWeights(): NdArray[] {
    this.#stepper.turn.check('getWeights');
    return this.#states.named.map(ndArrayOf);
  }

  /**
   * Overwrites the state. Nothing is written unless everything fits.
   *
   * @param weights - what `getWeights` returned, of this process or of another: items with names go by name, in any order.
   *   Items without names go by position, in the order of `weights`, and may be mere numbers: what Python's `get_weights`
   *   gives. Numbers are taken where the state holds them exactly; moments of float32 and bfloat16 go into either
   * @param options - `partial: true` writes what fits, and leaves the rest as it is
   * @returns what was written, and with `partial` what was not
   * @throws RangeError `ERR_ADAMAX_WEIGHTS`: all that does not fit, in one error, and as its `report`;
   *   `ERR_ADAMAX_ARG_VALUE` where some items have names and others do not
   */
  setWeights(weights: readonly WeightLike[], options: SetWeightsOptions = {}): WeightsReport {
    return this.#stepper.turn.during('setWeights', () => {
      checkOptions('setWeights', options, ['partial']);
      const { partial = false } = options;
      checkBoolean('partial', partial);
      return setWeights(this.name, this.#states.named, weights, partial);
    });
  }

  /** Whether gradients are to be aggregated. */
  #aggregates(method: string, options: ApplyOptions | undefined): boolean {
    return options === undefined || checkApplyOptions(method, options);
  }

  /** Warns, once for each variable, of those that were listed without a gradient. */
  #end(count: number): number {
    if (this.#stepper.without.length > 0) this.#warnWithout(this.#stepper.without);
    return count;
  }

  #warnWithout(variables: readonly Variable[]): void {
    const fresh = variables.filter((variable) => !this.#warned.has(variable));
    if (fresh.length === 0) return;
    for (const variable of fresh) this.#warned.add(variable);
    warn('ADAMAX_NO_GRADIENT', () => {
      const names = fresh.map(({ name }) => `'${name}'`).join(', ');
      return { message: `No gradients for ${names}: left as they are.` };
    });
  }
}
