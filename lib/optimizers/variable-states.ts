import type { Target } from '../backend/backend.js';
import { WrittenMemory } from '../backend/memory.js';
import type { Rule } from '../backend/rule.js';
import { typeError, wrongType } from '../errors.js';
import { rowLengthOf } from '../variables/shape.js';
import { type AnyVariable, Variable } from '../variables/variable.js';
import { SlotTable } from './slot-table.js';

/** What an optimizer keeps of one variable. */
export interface VariableState extends Target {
  readonly variable: Variable;
  readonly slotVariables: readonly Variable[];
  /** The last call that listed the variable. */
  call: number;
}

/** All state of one optimizer: the step counter, and the slots of the variables it has seen. */
export class VariableStates {
  readonly slots = new SlotTable();
  /** Memory that steps write to. */
  readonly written = new WrittenMemory();
  readonly #rule: Rule;
  readonly #owner: string;
  readonly #states = new Map<Variable, VariableState>();
  readonly #weights: AnyVariable[];
  #iterations: Variable<BigInt64Array>;

  constructor(rule: Rule, owner: string) {
    this.#rule = rule;
    this.#owner = owner;
    this.#iterations = new Variable(new BigInt64Array(1), { shape: [], name: 'iter', trainable: false });
    this.#weights = [this.#iterations];
  }

  get iterations(): Variable<BigInt64Array> {
    return this.#iterations;
  }

  /** Replaces the counter, as long as nothing counts on it. */
  set iterations(variable: unknown) {
    if (!(variable instanceof Variable) || variable.dtype !== 'int64' || variable.size !== 1) {
      throw wrongType('iterations', 'a scalar int64 Variable', variable instanceof Variable ? `${variable}` : variable);
    }
    if (this.#weights.length > 1) {
      throw typeError(
        'ERR_ADAMAX_STATE',
        `iterations must be set before the first step, and assigned to after it: received ${variable}`,
      );
    }
    this.#iterations = variable as Variable<BigInt64Array>;
    this.#weights[0] = this.#iterations;
  }

  /** The counter, then all slots in order of creation. */
  get weights(): readonly AnyVariable[] {
    return this.#weights;
  }

  has(variable: Variable): boolean {
    return this.#states.has(variable);
  }

  /** Runs what may create states; they stay if it ends well, and have never been if it throws. */
  creating(action: (stateOf: (variable: Variable) => VariableState) => void): void {
    const created: VariableState[] = [];
    try {
      action((variable) => this.#states.get(variable) ?? this.#create(variable, created));
    } catch (error) {
      this.#forget(created);
      throw error;
    }
    this.#register(created);
  }

  /** Adds a slot that the rule does not know of. */
  addSlot(owner: Variable, name: string, data: Float32Array): Variable {
    const slot = this.#slotOn(owner, name, data);
    this.slots.add(owner, name, slot);
    this.#weights.push(slot);
    return slot;
  }

  /** A state with slots of zeros, unless slots are there already. It counts as there once it is registered. */
  #create(variable: Variable, created: VariableState[]): VariableState {
    this.written.check(`'${variable.name}'`, variable.data);
    const slotVariables = this.#rule.slots.map((name) => {
      return this.slots.find(variable, name) ?? this.#slotOn(variable, name, new Float32Array(variable.size));
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
    this.written.add(`'${state.name}'`, state.param);
    for (const slot of slotVariables) this.written.add(`slot '${slot.name}'`, slot.data);
    created.push(state);
    return state;
  }

  #forget(created: readonly VariableState[]): void {
    for (const { variable, param, slots } of created) {
      this.#states.delete(variable);
      for (const array of [param, ...slots]) this.written.delete(array);
    }
  }

  /** Keras' order: one kind of slot after another, over all variables of the call. */
  #register(created: readonly VariableState[]): void {
    this.#rule.slots.forEach((name, k) => {
      for (const { variable, slotVariables } of created) {
        if (this.slots.find(variable, name) !== undefined) continue;
        this.slots.add(variable, name, slotVariables[k]);
        this.#weights.push(slotVariables[k]);
      }
    });
  }

  #slotOn(owner: Variable, name: string, data: Float32Array): Variable {
    const path = `${this.#owner}/${owner.name}/${name}`;
    return new Variable(data, { shape: owner.shape, name: path, trainable: false });
  }
}
