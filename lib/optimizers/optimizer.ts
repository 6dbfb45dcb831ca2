import { backend } from '../backend/active.js';
import type { Backend, Target } from '../backend/backend.js';
import { WrittenMemory } from '../backend/memory.js';
import { Plan } from '../backend/plan.js';
import type { Rule } from '../backend/rule.js';
import { wrongType } from '../errors.js';
import { checkOptions, checkString } from '../options.js';
import { IndexedSlices } from '../variables/indexed-slices.js';
import { rowLengthOf } from '../variables/shape.js';
import { type AnyVariable, Variable } from '../variables/variable.js';
import {
  checkDenseShape,
  type Gradient,
  type GradientPair,
  listedTwice,
  noGradients,
  readPairs,
  toVariable,
  type VariableLike,
} from './gradients.js';
import { finite, Hyperparameter, type HyperValue, nonNegative } from './hyperparameter.js';
import { checkWeights, copyOf, type NdArray } from './nd-array.js';
import { SlotTable } from './slot-table.js';

/** Options every optimizer takes. */
export interface OptimizerOptions {
  /** Step size: a finite number, or a function that returns one and is asked once a step. */
  learningRate?: HyperValue;
  /** Keras' older name of `learningRate`; wins when both are given. Must be ≥ 0. */
  lr?: number;
  /** Inverse time decay: the rate of step k (from 0) is `learningRate / (1 + decay · k)`. Must be ≥ 0. Default: 0. */
  decay?: number;
  /** Default: the name of the class. */
  name?: string;
}

export interface ApplyOptions {
  /** Accepted for Keras' sake: there is no operation to name. */
  name?: string;
  /** Accepted for Keras' sake: there are no replicas to aggregate over. */
  experimentalAggregateGradients?: boolean;
}

/** Plain JSON, with Keras' own keys in Keras' order. */
export type Config = Record<string, unknown> & { name: string };

/** What an update rule keeps of one variable. */
interface VariableState extends Target {
  readonly variable: Variable;
  readonly slotVariables: readonly Variable[];
  /** The last call of applyGradients that listed the variable. */
  call: number;
}

/**
 * Base of all optimizers, after `tf.keras.optimizers.Optimizer`. A subclass gives its rule, the scalars of a step and
 * its part of the config; everything else lives here.
 */
export abstract class Optimizer {
  readonly name: string;
  /** Number of steps taken: an int64 scalar. `iterations.assign(n)` sets it, before the first step too. */
  readonly iterations = new Variable(new BigInt64Array(1), { shape: [], name: 'iter', trainable: false });

  readonly #rule: Rule;
  readonly #scalars: Float32Array;
  readonly #learningRate: Hyperparameter;
  readonly #decay: Hyperparameter;
  readonly #states = new Map<Variable, VariableState>();
  readonly #slots = new SlotTable();
  readonly #weights: AnyVariable[] = [this.iterations];
  readonly #written = new WrittenMemory();
  readonly #warned = new WeakSet<Variable>();
  #plan: Plan | null = null;
  #backend: Backend | null = null;
  #call = 0;

  protected constructor(rule: Rule, name: string, { learningRate, lr, decay }: OptimizerOptions) {
    checkString('name', name);
    this.name = name;
    this.#rule = rule;
    this.#scalars = new Float32Array(rule.scalars);
    if (lr !== undefined) new Hyperparameter('lr', nonNegative, lr);
    this.#learningRate = new Hyperparameter('learningRate', finite, lr === undefined ? learningRate : lr);
    this.#decay = new Hyperparameter('decay', nonNegative, decay === undefined ? 0 : decay);
  }

  /**
   * Writes the scalars of one step.
   * @param step - 1 for the first step
   * @param learningRate - the rate in force for this step, decay included
   * @param scalars - receives float64 values, each rounded once to float32
   */
  protected abstract writeScalars(step: number, learningRate: number, scalars: Float32Array): void;

  /** Plain JSON that `fromConfig` turns into an equal optimizer, without its state. */
  abstract getConfig(): Config;

  get learningRate(): HyperValue {
    return this.#learningRate.get();
  }
  set learningRate(value: HyperValue) {
    this.#learningRate.set(value);
  }

  /** Keras' older name of `learningRate`. */
  get lr(): HyperValue {
    return this.learningRate;
  }
  set lr(value: HyperValue) {
    this.learningRate = value;
  }

  get decay(): number {
    return this.#decay.current();
  }
  set decay(value: number) {
    this.#decay.set(value);
  }

  /** The learning rate as the config has it: the current value of a function. */
  protected currentLearningRate(): number {
    return this.#learningRate.current();
  }

  /** The state: `[iterations, every m, every v]`, in order of creation. */
  get weights(): AnyVariable[] {
    return [...this.#weights];
  }

  /** The same as `weights`, as Keras has it. */
  variables(): AnyVariable[] {
    return this.weights;
  }

  /**
   * Steps each variable by its gradient, in place, and counts one iteration. All or nothing: when it throws, no
   * parameter, slot or counter has changed.
   *
   * @param gradsAndVars - any iterable of `[gradient, variable]`. A gradient is a `Float32Array` of the variable's
   *   length, `IndexedSlices`, or `null`: such a variable is left alone, with one process warning.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`
   * @throws RangeError `ERR_ADAMAX_NO_GRADIENTS`, `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_SHAPE`, `ERR_ADAMAX_INDEX`,
   *   `ERR_ADAMAX_OVERLAP`, `ERR_ADAMAX_DUPLICATE`
   */
  applyGradients(gradsAndVars: Iterable<readonly [Gradient, VariableLike]>, options: ApplyOptions = {}): void {
    checkOptions('applyGradients', options, ['name', 'experimentalAggregateGradients']);
    const { pairs, without } = readPairs(gradsAndVars);
    if (pairs.length === 0) {
      if (without.length > 0) throw noGradients(without);
      return;
    }
    const iteration = this.iterations.item();
    const learningRate = this.#learningRate.current() / (1 + this.#decay.current() * iteration);
    this.writeScalars(iteration + 1, learningRate, this.#scalars);

    this.#creating((created) => {
      this.#step(pairs, this.#statesOf(pairs, created));
    });
    this.iterations.data[0]++;
    this.#warnWithout(without);
  }

  #statesOf(pairs: readonly GradientPair[], created: VariableState[]): VariableState[] {
    this.#call++;
    return pairs.map(({ variable }) => {
      const state = this.#states.get(variable) ?? this.#create(variable, created);
      if (state.call === this.#call) throw listedTwice(variable);
      state.call = this.#call;
      return state;
    });
  }

  #step(pairs: readonly GradientPair[], states: readonly VariableState[]): void {
    const plan = this.#currentPlan();
    try {
      plan.begin();
      for (let i = 0; i < pairs.length; i++) {
        const { gradient, variable } = pairs[i];
        if (gradient instanceof IndexedSlices) {
          checkDenseShape(variable, gradient);
          plan.rows(states[i], gradient);
        } else {
          plan.dense(states[i], gradient);
        }
      }
      plan.run();
    } catch (error) {
      plan.reset();
      throw error;
    }
  }

  /**
   * Creates the slots of variables ahead of a first step, so that `setWeights` has somewhere to write.
   * Variables that have slots keep them.
   */
  build(varList: Iterable<VariableLike>): void {
    const variables = Array.from(varList, (target, position) => toVariable(`varList[${position}]`, target));
    this.#creating((created) => {
      for (const variable of variables) if (!this.#states.has(variable)) this.#create(variable, created);
    });
  }

  /**
   * Adds a slot of zeros to a variable, or returns the one it has.
   * @param slotName - `m` and `v` are the rule's own; any other name is the caller's
   */
  addSlot(variable: VariableLike, slotName: string): Variable {
    checkString('slotName', slotName);
    const owner = toVariable('variable', variable);
    if (this.#rule.slots.includes(slotName)) this.build([owner]);
    const existing = this.#slots.find(owner, slotName);
    if (existing !== undefined) return existing;
    const slot = zerosLike(owner, `${this.name}/${owner.name}/${slotName}`);
    this.#slots.add(owner, slotName, slot);
    this.#weights.push(slot);
    return slot;
  }

  /** The slot of a variable. @throws RangeError `ERR_ADAMAX_SLOT` when there is none */
  getSlot(variable: VariableLike, slotName: string): Variable {
    return this.#slots.get(toVariable('variable', variable), slotName);
  }

  /** Names of the slots made so far; `[]` before the first step. */
  getSlotNames(): string[] {
    return this.#slots.names();
  }

  /** A copy of the state, in the order of `weights`. */
  getWeights(): NdArray[] {
    return this.#weights.map(copyOf);
  }

  /**
   * Overwrites the state. Nothing is written unless every shape fits.
   * @param weights - what `getWeights` returned, of an optimizer with equal variables
   * @throws RangeError `ERR_ADAMAX_LENGTH`, `ERR_ADAMAX_SHAPE`
   */
  setWeights(weights: readonly NdArray[]): void {
    const values = checkWeights(this.name, this.#weights, weights);
    for (let i = 0; i < values.length; i++) this.#weights[i].assign(values[i]);
  }

  #currentPlan(): Plan {
    const current = backend();
    if (this.#plan === null || this.#backend !== current) {
      this.#plan = new Plan(current, this.#rule, this.#scalars, this.#written);
      this.#backend = current;
    }
    return this.#plan;
  }

  /** Runs what may create states; they stay if it ends well, and have never been if it throws. */
  #creating(action: (created: VariableState[]) => void): void {
    const created: VariableState[] = [];
    try {
      action(created);
    } catch (error) {
      this.#forget(created);
      throw error;
    }
    this.#register(created);
  }

  /** A state with slots of zeros, which counts as there only once it is registered. */
  #create(variable: Variable, created: VariableState[]): VariableState {
    this.#written.check(`'${variable.name}'`, variable.data);
    const slotVariables = this.#rule.slots.map((slot) => {
      return this.#slots.find(variable, slot) ?? zerosLike(variable, `${this.name}/${variable.name}/${slot}`);
    });
    const state: VariableState = {
      name: variable.name,
      variable,
      slotVariables,
      param: variable.data,
      slots: slotVariables.map((slot) => slot.data),
      size: variable.size,
      rowLength: rowLengthOf(variable.shape),
      call: 0,
    };
    this.#states.set(variable, state);
    this.#written.add(`'${state.name}'`, state.param);
    for (const slot of slotVariables) this.#written.add(`slot '${slot.name}'`, slot.data);
    created.push(state);
    return state;
  }

  #forget(created: readonly VariableState[]): void {
    for (const { variable, param, slots } of created) {
      this.#states.delete(variable);
      for (const array of [param, ...slots]) this.#written.delete(array);
    }
  }

  /** Keras' order: one kind of slot after another, over all variables of the call. */
  #register(created: readonly VariableState[]): void {
    this.#rule.slots.forEach((name, k) => {
      for (const { variable, slotVariables } of created) {
        this.#slots.add(variable, name, slotVariables[k]);
        this.#weights.push(slotVariables[k]);
      }
    });
  }

  #warnWithout(variables: readonly Variable[]): void {
    const fresh = variables.filter((variable) => !this.#warned.has(variable));
    if (fresh.length === 0) return;
    for (const variable of fresh) this.#warned.add(variable);
    const names = fresh.map(({ name }) => `'${name}'`).join(', ');
    process.emitWarning(`No gradients for ${names}: left as they are.`, { code: 'ADAMAX_NO_GRADIENT' });
  }
}

function zerosLike(variable: Variable, name: string): Variable {
  return new Variable(new Float32Array(variable.size), { shape: variable.shape, name, trainable: false });
}

/** Turns a config into constructor options: each known key by its option's name, anything else an error. */
export function optionsOf<Options>(config: unknown, names: Readonly<Record<string, keyof Options & string>>): Options {
  checkOptions('config', config, Object.keys(names));
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config as object)) {
    if (value === undefined) throw wrongType(`config.${key}`, 'a value', value);
    options[names[key]] = value;
  }
  return options as Options;
}
