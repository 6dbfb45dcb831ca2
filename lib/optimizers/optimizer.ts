import { INSPECT, type Inspect, inspected } from '../arguments/inspection.js';
import { demandMethods, refuseWrites } from '../arguments/members.js';
import { checkOneOf, checkRecord, checkString } from '../arguments/options.js';
import { abandon, isThenable } from '../arguments/promises.js';
import { warn } from '../arguments/warn.js';
import { checkRule } from '../backend/check-rule.js';
import type { Rule } from '../backend/rule.js';
import { newDoubles } from '../memory/typed-arrays.js';
import { type Label, listed } from '../state/labels.js';
import { VariableStates } from '../state/variable-states.js';
import type { StepRecord } from '../step/last-step.js';
import { type NonFinite, NonFiniteGuard } from '../step/non-finite.js';
import { DIFFERENTIATED } from '../step/pair-labels.js';
import type { StepOutcome } from '../step/step-source.js';
import { Stepper } from '../step/stepper.js';
import type { Gradient } from '../variables/gradient.js';
import { isTrainable, type Variable } from '../variables/variable.js';
import { ClippingSetting } from './clipping.js';
import { type Config, type ConfigKeys, type CustomObjects, optionsFromConfig } from './config.js';
import { brokenContract, EngineSetting, type GradientEngine } from './engine.js';
import { evaluate, evaluateAsync, withoutGaps } from './evaluation.js';
import { briefly, classNameOf, GIVEN, ownFields, type StateSummary, stateShown, summaryOf } from './inspection.js';
import { type LearningRate, LearningRateSetting } from './learning-rate.js';
import type { Loss, VarList } from './loss.js';
import { GRADIENTS, lossTask, MINIMIZATION, UPDATES } from './loss-task.js';
import { optimizerClasses, uniqueName } from './names.js';
import {
  type ApplyOptions,
  checkApplyOptions,
  type GradientOptions,
  type GradsAndVars,
  type MinimizeOptions,
  type OptimizerOptions,
} from './optimizer-options.js';
import { OptimizerState, statesOf } from './optimizer-state.js';
import { surroundings } from './surroundings.js';

/**
 * Base of all optimizers, after `tf.keras.optimizers.Optimizer`. A subclass gives its rule, the scalars of a step and
 * its part of the config; everything else lives here, and what deals with state in `OptimizerState`.
 */
export abstract class Optimizer extends OptimizerState {
  /** Config keys of the class and the options they stand for; `fromConfig` knows those of all optimizers by itself. */
  static readonly configKeys: ConfigKeys = {};

  readonly #rate: LearningRateSetting;
  readonly #clipping: ClippingSetting;
  readonly #guard: NonFiniteGuard;
  readonly #engine: EngineSetting;
  readonly #stepper: Stepper;
  readonly #warned = new WeakSet<Variable>();
  #lastLoss: number | undefined;

  /**
   * @param rule - the update rule, native or in TypeScript only
   * @param defaultName - the name where none is given
   */
  protected constructor(rule: Rule, defaultName: string, options: OptimizerOptions) {
    checkRule(rule);
    checkRecord('options', options);
    const { learningRate, lr, decay, clipnorm, clipvalue, engine } = options;
    const { slotDtype = 'float32', nonFinite = 'propagate', name: given = defaultName } = options;
    const name = given ?? ''; // Python's None asks for a unique one, too
    checkString('name', name);
    checkOneOf('slotDtype', slotDtype, ['float32', 'bfloat16']);
    const scalars = new Float32Array(rule.scalars);
    const used = newDoubles(1);
    const rate = new LearningRateSetting(learningRate, lr, decay);
    const clipping = new ClippingSetting(clipnorm, clipvalue);
    const guard = new NonFiniteGuard(nonFinite);
    const differentiation = new EngineSetting(engine);
    const ownName = name === '' ? uniqueName(new.target, defaultName) : name;
    const states = new VariableStates(rule, ownName, slotDtype);
    const stepper = new Stepper({
      rule,
      states,
      clipping,
      guard,
      scalars,
      writeScalars: (iterations) => {
        const current = rate.at(iterations);
        used[0] = current;
        this.writeScalars(iterations + 1, current, scalars);
      },
      learningRate: used,
      adopt: differentiation.adopt,
    });
    super(ownName, states, stepper, differentiation.adopt);
    this.#rate = rate;
    this.#clipping = clipping;
    this.#guard = guard;
    this.#engine = differentiation;
    this.#stepper = stepper;
    surroundings.enter?.(this);
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
    customObjects?: CustomObjects | null,
  ): T {
    return new this(optionsFromConfig(config, this.configKeys, customObjects) as never);
  }

  /** The part of a config that all optimizers have, before and after the learning rate. */
  protected baseConfig(): {
    /** What comes before the learning rate. */
    head: {
      /** The name of the optimizer. */
      name: string;
    };
    /** The learning rate, and what comes after it. */
    rate: {
      /** A number, or the config of a schedule. */
      learning_rate: unknown;
      /** As the attribute. */
      decay: number;
    };
  } {
    // A key that Keras does not know is written only where there is something to say.
    const slots = this.slotDtype === 'float32' ? {} : { slot_dtype: this.slotDtype };
    const guard = this.nonFinite === 'propagate' ? {} : { non_finite: this.nonFinite };
    const head = { name: this.name, ...this.#clipping.toConfig(), ...slots, ...guard };
    return { head, rate: { learning_rate: this.#rate.toConfig(this), decay: this.decay } };
  }

  /** What was given: a number, function, `Variable` or schedule. A number for a variable is written into that. */
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

  /**
   * The rate in force for the next step, decay included: `schedule(iterations) / (1 + decay · iterations)`. Asks a
   * function or a schedule.
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`, TypeError `ERR_ADAMAX_ARG_TYPE` for what those return
   */
  get currentLearningRate(): number {
    return this.#rate.at(statesOf(this).counter.get());
  }

  /**
   * Inverse time decay: the rate of step k (from 0) is `learningRate / (1 + decay · k)`. ≥ 0; 0 is none. Setting it is
   * in force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get decay(): number {
    return this.#rate.decay.current(this);
  }
  set decay(value: number) {
    this.#rate.decay.set(value);
  }

  /**
   * Bound of each gradient's Euclidean norm (of the values of sparse ones), ≥ 0; undefined for none. Setting it is in
   * force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get clipnorm(): number | undefined {
    return this.#clipping.clipnorm.get();
  }
  set clipnorm(value: number | null | undefined) {
    this.#clipping.clipnorm.set(value);
  }

  /**
   * Bound of each gradient element's magnitude, ≥ 0, applied after `clipnorm`; undefined for none. Setting it is in
   * force at the next step.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, RangeError `ERR_ADAMAX_ARG_VALUE` when it is set
   */
  get clipvalue(): number | undefined {
    return this.#clipping.clipvalue.get();
  }
  set clipvalue(value: number | null | undefined) {
    this.#clipping.clipvalue.set(value);
  }

  /** What a step does when a gradient holds a NaN or an infinity: see `OptimizerOptions`. */
  get nonFinite(): NonFinite {
    return this.#guard.policy;
  }
  set nonFinite(value: NonFinite) {
    this.#guard.policy = value;
  }

  /** Number of steps that `nonFinite: 'skip'` has skipped so far, by this object: it is not part of the state. */
  get skippedSteps(): number {
    return this.#guard.skipped;
  }

  /**
   * What differentiates losses; null where they bring their gradients.
   * Setting it: TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_BUSY`.
   */
  get engine(): GradientEngine | null {
    return this.#engine.get();
  }
  set engine(value: GradientEngine | null) {
    this.#stepper.turn.during('engine', () => {
      this.#engine.set(value);
      // What the other engine said of its variables does not hold any more.
      this.#stepper.forget();
    });
  }

  /**
   * The value of the loss in the last call of `minimize` or one of its kin that succeeded, without `gradLoss`, be its
   * step skipped or not; undefined before, and where the loss said none.
   */
  get lastLoss(): number | undefined {
    return this.#lastLoss;
  }

  /**
   * What the last step was, taken or skipped, whoever asked for it; null before the first one. A step that failed is
   * none, nor is one of no pairs. `gradientNorm` is to be read before the gradients are written again: see `StepRecord`.
   */
  get lastStep(): StepRecord | null {
    return this.#stepper.lastStep;
  }

  /**
   * Steps each variable by its gradient, in place, and counts one iteration. All or nothing: when it throws, no
   * parameter, slot or counter has changed.
   *
   * @param gradsAndVars - any iterable of `[gradient, variable]`. A variable whose gradient is `null` is left alone,
   *   with one process warning; so is one that is not `trainable`, without.
   * @returns the number of steps taken so far
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_CONSTRAINT`
   * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS`, `ERR_ADAMAX_NON_FINITE` (with `nonFinite: 'throw'`),
   *   `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_SHAPE`, `ERR_ADAMAX_INDEX`, `ERR_ADAMAX_OVERLAP`; `ERR_ADAMAX_DUPLICATE` for a
   *   variable that is listed twice, or a second one of a name; `ERR_ADAMAX_ARG_VALUE` of a learning rate that is a
   *   function, or of a name
   */
  applyGradients(gradsAndVars: GradsAndVars, options?: ApplyOptions): number {
    const aggregate = aggregates('applyGradients', options);
    return this.#end(this.#stepper.step('applyGradients', gradsAndVars, aggregate), this.engine);
  }

  /**
   * Takes the same step as `applyGradients`, to the bit, off the event loop: arguments are checked before it returns,
   * and a promise tells when the step is done. Small steps, and those of the TypeScript fallback, are taken before it
   * returns.
   *
   * Until the promise settles the optimizer refuses all that reads or writes its state, and every optimizer of this
   * thread refuses a step on the same memory; so do `Variable.assign` and the bare kernels. Anybody may read the
   * arrays, those of `weights` and `getSlot` too, but what they hold is undefined. Whoever receives a buffer that is
   * transferred away meanwhile must not drop it.
   *
   * @returns a promise of the number of steps taken so far; rejects with what `applyGradients` throws
   * @throws TypeError `ERR_ADAMAX_BUSY` (as a rejection) while another step is under way
   */
  async applyGradientsAsync(gradsAndVars: GradsAndVars, options?: ApplyOptions): Promise<number> {
    const aggregate = aggregates('applyGradientsAsync', options);
    const { engine } = this;
    const outcome = await this.#stepper.stepAsync('applyGradientsAsync', gradsAndVars, aggregate);
    return await this.#endAsync(outcome, engine);
  }

  /**
   * Evaluates a loss once, differentiates it by the engine, and applies its gradients. Without an engine the loss
   * brings them: see `LossResult`. What the loss was is in `lastLoss`.
   *
   * @param varList - the variables: one, or a list that may be nested, or a function that lists them and is asked after
   *   the loss, which may create them. Those that are not `trainable` are left alone
   * @returns the number of steps taken so far
   * @throws as `applyGradients`, and TypeError `ERR_ADAMAX_ARG_TYPE` for a loss that is no function, returns a promise,
   *   or has no gradients; `ERR_ADAMAX_ENGINE` for an engine that does not keep its contract
   */
  minimize(loss: Loss, varList: VarList, options: MinimizeOptions = {}): number {
    const task = lossTask('minimize', MINIMIZATION, loss, varList, options, this.#engine);
    const { loss: value, pairs } = evaluate(task);
    const count = this.#stepper.step('minimize', pairs, true, null, DIFFERENTIATED, value);
    this.#lastLoss = value;
    return this.#end(count, task.engine);
  }

  /**
   * As `minimize`, for a loss that may return a promise, and with a step that is taken off the event loop. Nothing
   * holds the variables until the loss has settled: whoever changes them meanwhile changes what its gradients mean.
   * @returns a promise of the number of steps taken so far; rejects with what `minimize` throws
   */
  async minimizeAsync(loss: Loss, varList: VarList, options: MinimizeOptions = {}): Promise<number> {
    const task = lossTask('minimizeAsync', MINIMIZATION, loss, varList, options, this.#engine);
    const { loss: value, pairs } = await evaluateAsync(task);
    const outcome = await this.#stepper.stepAsync('minimizeAsync', pairs, true, DIFFERENTIATED, value);
    this.#lastLoss = value;
    return await this.#endAsync(outcome, task.engine);
  }

  /**
   * The gradients of a loss, in the order of `params`; unclipped, since a step clips them.
   * @param loss - as for `minimize`; with an engine also what such a function returns, as far as the engine can
   *   differentiate that: Keras hands over a loss tensor
   * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS` when one is missing
   */
  getGradients(loss: Loss | object, params: VarList, options: GradientOptions = {}): Gradient[] {
    const task = lossTask('getGradients', GRADIENTS, loss, params, options, this.#engine);
    const { loss: value, pairs } = evaluate(task);
    const gradients = withoutGaps(pairs, () => true).map(([gradient]) => gradient);
    this.#lastLoss = value;
    return gradients;
  }

  /** Applies the gradients of a loss. Keras returns a list with the operation; this one holds the number of steps. */
  getUpdates(loss: Loss | object, params: VarList, options: GradientOptions = {}): [number] {
    const task = lossTask('getUpdates', UPDATES, loss, params, options, this.#engine);
    const { loss: value, pairs } = evaluate(task);
    const complete = withoutGaps(pairs, isTrainable);
    const count = this.#stepper.step('getUpdates', complete, true, null, DIFFERENTIATED, value);
    this.#lastLoss = value;
    return [this.#end(count, task.engine)];
  }

  /**
   * For `JSON.stringify`: what `optimizers.serialize` gives, and how much state there is besides, which `getWeights`
   * saves. `optimizers.deserialize` takes it back where there is none.
   * @throws as `optimizers.serialize`
   */
  toJSON(): {
    /** The class, by the name it is registered under. */
    class_name: string;
    /** What `getConfig` gives. */
    config: Config;
    /** How much state there is, where there is any. */
    state?: StateSummary;
  } {
    const class_name = optimizerClasses.nameToWrite('optimizer', this.constructor, this);
    const [config, states] = [this.getConfig(), statesOf(this)];
    const isNew = states.weights.length === 1 && states.counter.get() === 0;
    return { class_name, config, ...(!isNew && { state: summaryOf(states) }) };
  }

  /**
   * The hyperparameters as they were given, and how many steps were skipped.
   * @hidden
   */
  [GIVEN](): object {
    const { clipnorm, clipvalue, slotDtype, nonFinite, skippedSteps, engine } = this;
    const decay = this.#rate.decay.get();
    return {
      learningRate: this.learningRate,
      ...(decay !== 0 && { decay }),
      ...(clipnorm !== undefined && { clipnorm }),
      ...(clipvalue !== undefined && { clipvalue }),
      ...(slotDtype !== 'float32' && { slotDtype }),
      ...(nonFinite !== 'propagate' && { nonFinite }),
      ...(skippedSteps > 0 && { skippedSteps }),
      ...(engine !== null && { engine: briefly(engine) }),
    };
  }

  /**
   * What `console.log` shows.
   * @hidden
   */
  [INSPECT](depth?: number, options?: object, inspect?: Inspect): string {
    const fields = () => {
      const given = { name: this.name, ...this[GIVEN](), ...ownFields(this) };
      return { ...given, ...stateShown(statesOf(this), this.#stepper.turn) };
    };
    return inspected(classNameOf(this), fields, depth, options, inspect);
  }

  /** Warns of those that were listed without a gradient, and lets the engine know of the others. */
  #end(count: number, engine: GradientEngine | null): number {
    if (this.#stepper.without.length > 0) this.#warnWithout(this.#stepper.without, this.#stepper.label);
    if (engine?.commit === undefined || this.#stepper.stepped.length === 0) return count;
    const committed: unknown = engine.commit([...this.#stepper.stepped]);
    if (!isThenable(committed)) return count;
    abandon(committed);
    throw brokenContract('commit at once where the step is taken at once', 'a promise');
  }

  async #endAsync({ count, without, label, stepped }: StepOutcome, engine: GradientEngine | null): Promise<number> {
    if (without.length > 0) this.#warnWithout(without, label);
    if (stepped.length > 0) await engine?.commit?.(stepped);
    return count;
  }

  /** Once for each variable. */
  #warnWithout(variables: readonly Variable[], label: Label): void {
    const fresh = [...new Set(variables)].filter((variable) => !this.#warned.has(variable));
    if (fresh.length === 0) return;
    for (const variable of fresh) this.#warned.add(variable);
    warn('ADAMAX_NO_GRADIENT', () => {
      return { message: `No gradients for ${listed(fresh, label)}: left as they are.` };
    });
  }
}

demandMethods(Optimizer, ['writeScalars', 'getConfig']);
refuseWrites(Optimizer, {
  currentLearningRate: 'be set by learningRate or decay',
  lastLoss: 'be set by a call that evaluates a loss',
  lastStep: 'be set by a step',
  skippedSteps: "be left to nonFinite: 'skip', which counts",
});

/** Whether gradients are to be aggregated. */
function aggregates(method: string, options: ApplyOptions | undefined): boolean {
  return options === undefined || checkApplyOptions(method, options);
}
