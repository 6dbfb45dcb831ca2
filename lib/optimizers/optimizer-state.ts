import { mark } from '../arguments/copies.js';
import { typeError } from '../arguments/errors.js';
import { guardMembers, refuseWrites } from '../arguments/members.js';
import { checkBoolean, checkOptions, checkString } from '../arguments/options.js';
import type { SlotArray, SlotDtype } from '../backend/backend.js';
import { initialize } from '../initializers/initialize.js';
import type { WeightLike } from '../state/given-weight.js';
import { labelAt } from '../state/labels.js';
import { type NdArray, ndArrayOf } from '../state/nd-array.js';
import { setWeights } from '../state/set-weights.js';
import type { VariableStates } from '../state/variable-states.js';
import { makeWeight, type WeightOptions } from '../state/weight.js';
import type { WeightsReport } from '../state/weights-report.js';
import type { Stepper } from '../step/stepper.js';
import { type AnyVariable, isTrainable, type Variable } from '../variables/variable.js';
import { type Adopt, toVariable } from '../variables/variable-like.js';
import { toKnownVariables, toVariables, type VariableList } from '../variables/variable-list.js';
import type { VariableTarget } from './engine.js';
import { UNCLONEABLE } from './inspection.js';
import type { SetWeightsOptions } from './optimizer-options.js';

/** What takes the steps of an optimizer, for the guests of this package: hooks are set there. */
export let stepperOf: (optimizer: OptimizerState) => Stepper;

/** What an optimizer keeps, for the guests of this package. */
export let statesOf: (optimizer: OptimizerState) => VariableStates;

/** What an optimizer keeps, and can be asked for and told to keep: the part of `Optimizer` that deals with state. */
export abstract class OptimizerState {
  /** Has `structuredClone` and its kin refuse an optimizer, of which they would lose all there is. */
  protected readonly notCloneable = UNCLONEABLE;
  readonly #name: string;
  readonly #states: VariableStates;
  readonly #stepper: Stepper;
  readonly #adopt: Adopt;

  static {
    stepperOf = (optimizer) => optimizer.#stepper;
    statesOf = (optimizer) => optimizer.#states;
    mark(OptimizerState, 'an Optimizer', (value) =>
      #name in value ? `the optimizer '${value.#name}'` : 'an Optimizer',
    );
  }

  /** @param adopt - finds variables for those of an engine */
  protected constructor(name: string, states: VariableStates, stepper: Stepper, adopt: Adopt) {
    this.#name = name;
    this.#states = states;
    this.#stepper = stepper;
    this.#adopt = adopt;
  }

  /** Decided at construction. */
  get name(): string {
    return this.#name;
  }

  /** How slots are stored; decided at construction. */
  get slotDtype(): SlotDtype {
    return this.#states.slotDtype;
  }

  /**
   * Number of steps taken: an int64 scalar. Assign to it, or replace it by a variable before the first step.
   * Setting it: TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_STATE`, `ERR_ADAMAX_BUSY`, RangeError
   * `ERR_ADAMAX_OVERLAP`.
   */
  get iterations(): Variable<BigInt64Array> {
    this.#stepper.settle();
    return this.#states.iterations;
  }
  set iterations(variable: Variable<BigInt64Array>) {
    this.#stepper.turn.during('iterations', () => {
      this.#states.iterations = variable;
    });
  }

  /** The state: `[iterations, every m, every v]`, in order of creation. */
  get weights(): AnyVariable[] {
    this.#stepper.settle();
    return this.#states.weights;
  }

  /** Returns `weights`, which have both names in Keras. */
  variables(): AnyVariable[] {
    return this.weights;
  }

  /**
   * Creates the slots of variables ahead of a first step, so that `setWeights` has somewhere to write. Variables that
   * have slots keep them. Those that are not trainable get theirs when they are trained, or when `setWeights` brings
   * any.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_RESIZABLE`, `ERR_ADAMAX_BUSY`
   * @throws RangeError `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_ARG_VALUE` (a name); `ERR_ADAMAX_OVERLAP`,
   *   `ERR_ADAMAX_MEMORY`
   */
  build(varList: VariableList<VariableTarget>): void {
    this.#stepper.during('build', () => {
      let variables: readonly Variable[];
      try {
        variables = this.#build(varList);
      } catch (error) {
        this.#stepper.hooks?.built?.([], { error });
        throw error;
      }
      this.#stepper.hooks?.built?.(variables, null);
    });
  }

  /** @throws TypeError `ERR_ADAMAX_STATE` where a replica keeps a part of the state only */
  #checkWhole(method: string): void {
    if (this.#stepper.hooks?.replication?.isSharded !== true) return;
    const must = `${method} must be asked of an optimizer that keeps all of its state (adamax/checkpoint saves it whole)`;
    throw typeError('ERR_ADAMAX_STATE', `${must}: received '${this.name}', whose state is sharded`);
  }

  #build(varList: VariableList<VariableTarget>): readonly Variable[] {
    const paths: (() => string)[] = [];
    const variables = toVariables('varList', varList, this.#adopt, paths);
    this.#states.build(variables, isTrainable, (variable) => labelAt(variable, paths[variables.indexOf(variable)]));
    return variables;
  }

  /**
   * Drops what the optimizer keeps of variables: their slots, and their arrays. A later step with one of them begins
   * with new slots. Variables that it has never seen are passed over.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_BUSY`
   */
  release(variables: VariableList<VariableTarget>): void {
    this.#stepper.turn.during('release', () => {
      this.#states.release(toKnownVariables('variables', variables, this.#adopt));
      this.#stepper.forget();
    });
  }

  /**
   * Adds a slot to a variable, or returns the one it has.
   * @param slotName - one of the rule's own (Adamax: `m`, `v`), or any other, which is then the caller's
   * @param initializer - a name, config or function of `initializers`, or the initial value itself; ignored where the
   *   slot exists
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_BUSY`
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE` (a name), `ERR_ADAMAX_DUPLICATE`, `ERR_ADAMAX_LENGTH`,
   *   `ERR_ADAMAX_MEMORY`
   */
  addSlot<T extends SlotArray = Float32Array>(
    variable: VariableTarget,
    slotName: string,
    initializer: unknown = 'zeros',
  ): Variable<T> {
    return this.#stepper.turn.during('addSlot', () => {
      checkString('slotName', slotName);
      const owner = toVariable('variable', variable, this.#adopt);
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
  getSlot<T extends SlotArray = Float32Array>(variable: VariableTarget, slotName: string): Variable<T> {
    this.#stepper.settle();
    return this.#states.slots.get(toVariable('variable', variable, this.#adopt), slotName) as unknown as Variable<T>;
  }

  /** Names of the slots made so far; `[]` before the first step. */
  getSlotNames(): string[] {
    return this.#states.slots.names();
  }

  /**
   * A variable for a rule's own use. As in Keras it is not among `weights`, unless it is `saved`.
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_OPTION`; `ERR_ADAMAX_BUSY` for one that is saved
   * @throws RangeError `ERR_ADAMAX_ARG_VALUE`, `ERR_ADAMAX_SHAPE`, `ERR_ADAMAX_MEMORY`; `ERR_ADAMAX_DUPLICATE` for a
   *   second one of a name that is saved
   */
  addWeight(name: string, shape: readonly number[], options: WeightOptions = {}): AnyVariable {
    const { weight, saved } = makeWeight(name, shape, options);
    if (saved) this.#stepper.turn.during('addWeight', () => this.#states.addWeight(weight));
    return weight;
  }

  /**
   * A copy of the state, in the order of `weights`, each under the name by which `setWeights` finds its place again:
   * `iterations`, `<variable>/<slot>`, or the name of an `addWeight` that is saved.
   * @throws TypeError `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_BUSY`; `ERR_ADAMAX_STATE` where a strategy shards the state
   */
  getWeights(): NdArray[] {
    this.#stepper.turn.check('getWeights');
    this.#checkWhole('getWeights');
    return this.#states.named.map(ndArrayOf);
  }

  /**
   * Overwrites the state. Nothing is written unless everything fits.
   *
   * @param weights - what `getWeights` returned, of this process or of another: items with names go by name, in any
   *   order. Items without names go by position, in the order of `weights`, and may be mere numbers: what Python's
   *   `get_weights` gives. Numbers are taken where float32, or int64 for a count, holds them exactly; bfloat16 slots
   *   round them to nearest
   * @param options - `partial: true` writes what fits, and leaves the rest as it is; slots of one variable fit together
   *   or not at all
   * @returns what was written, and with `partial` what was not
   * @throws TypeError `ERR_ADAMAX_ARG_TYPE`, `ERR_ADAMAX_DETACHED`, `ERR_ADAMAX_BUSY`
   * @throws RangeError `ERR_ADAMAX_WEIGHTS`: all that does not fit, in one error, and as its `report`;
   *   `ERR_ADAMAX_ARG_VALUE` where some items have names and others do not; `ERR_ADAMAX_OVERLAP`, `ERR_ADAMAX_MEMORY`
   *   where slots of a variable that was frozen cannot be made
   */
  setWeights(weights: readonly WeightLike[], options: SetWeightsOptions = {}): WeightsReport {
    return this.#stepper.turn.during('setWeights', () => {
      this.#checkWhole('setWeights');
      checkOptions('setWeights', options, ['partial']);
      const { partial = false } = options;
      checkBoolean('partial', partial);
      return setWeights(this.name, this.#states, weights, partial);
    });
  }
}

refuseWrites(OptimizerState, { weights: 'be set by setWeights(weights)' });
guardMembers(OptimizerState);
