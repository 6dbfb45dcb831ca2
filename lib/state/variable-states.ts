import { checkApart } from '../arguments/arrays.js';
import { typeError, wrongType } from '../arguments/errors.js';
import type { SlotArray, SlotDtype, Target } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { MemoryRegions } from '../memory/regions.js';
import { rowLengthOf } from '../variables/shape.js';
import { type AnyVariable, Variable } from '../variables/variable.js';
import { SlotMemory, type Slots } from './slot-memory.js';
import { SlotTable, type SlotVariable } from './slot-table.js';
import { StepCounter } from './step-counter.js';

/** What an optimizer keeps of one variable. */
export interface VariableState extends Target {
  readonly variable: Variable;
  readonly slotVariables: readonly SlotVariable[];
}

/** States that may yet be undone. */
export interface Creation {
  stateOf(this: void, variable: Variable): VariableState;
  keep(): void;
  undo(): void;
}

/** All state of one optimizer: the step counter, and the slots of the variables it has seen. */
export class VariableStates {
  readonly slots = new SlotTable();
  /** Memory that steps write to. */
  readonly written = new MemoryRegions();
  readonly #rule: Rule;
  readonly #owner: string;
  readonly #states = new Map<Variable, VariableState>();
  readonly slotDtype: SlotDtype;
  readonly #slotMemory: SlotMemory;
  /** Memory of variables that have a slot by `addSlot`, but no state yet. */
  readonly #early = new Map<Variable, Slots>();
  readonly #weights: AnyVariable[];
  #counter: StepCounter;

  constructor(rule: Rule, owner: string, slotDtype: SlotDtype) {
    this.slotDtype = slotDtype;
    this.#slotMemory = new SlotMemory(slotDtype);
    this.#rule = rule;
    this.#owner = owner;
    const iterations = new Variable(new BigInt64Array(1), { shape: [], name: 'iter', trainable: false });
    this.#counter = new StepCounter(iterations);
    this.#weights = [iterations];
  }

  /** Counts the steps taken. */
  get counter(): StepCounter {
    return this.#counter;
  }

  get iterations(): Variable<BigInt64Array> {
    return this.#counter.variable;
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
    this.#counter = new StepCounter(variable as Variable<BigInt64Array>);
    this.#weights[0] = this.iterations;
  }

  /** The counter, then all slots in order of creation. */
  get weights(): readonly AnyVariable[] {
    return this.#weights;
  }

  has(variable: Variable): boolean {
    return this.#states.has(variable);
  }

  /** Begins what may create states: they stay if it is kept, and have never been if it is undone. */
  creation(): Creation {
    const created: VariableState[] = [];
    return {
      stateOf: (variable) => this.#states.get(variable) ?? this.#create(variable, created),
      keep: () => this.#register(created),
      undo: () => this.#forget(created),
    };
  }

  /** Adds a slot: one of the rule's own, ahead of the first step, or any other. */
  addSlot(owner: Variable, name: string, data: Float32Array): SlotVariable {
    const k = this.#rule.slots.indexOf(name);
    const slot = this.#slotOn(owner, name, k < 0 ? data : this.#ahead(owner).arrays[k]);
    if (k >= 0) slot.assign(data);
    this.slots.add(owner, name, slot);
    this.#weights.push(slot);
    return slot;
  }

  /** The memory of a rule's slots, ahead of the first step. */
  #ahead(owner: Variable): Slots {
    const slots = this.#early.get(owner) ?? this.#allocate(owner);
    this.#early.set(owner, slots);
    return slots;
  }

  #allocate({ data, size }: Variable): Slots {
    return this.#slotMemory.allocate(data, size, this.#rule.slots.length);
  }

  /** A state with slots of zeros, unless slots are there already. It counts as there once it is registered. */
  #create(variable: Variable, created: VariableState[]): VariableState {
    checkApart(`'${variable.name}'`, variable.data, this.written);
    const { arrays, memory } = this.#early.get(variable) ?? this.#allocate(variable);
    const slotVariables = this.#rule.slots.map((name, k) => {
      return this.slots.find(variable, name) ?? this.#slotOn(variable, name, arrays[k]);
    });
    const state: VariableState = {
      name: variable.name,
      variable,
      slotVariables,
      param: variable.data,
      slots: arrays,
      memory,
      size: variable.size,
      rowLength: rowLengthOf(variable.shape),
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
    for (const { variable } of created) this.#early.delete(variable);
  }

  #slotOn(owner: Variable, name: string, data: SlotArray): SlotVariable {
    const path = `${this.#owner}/${owner.name}/${name}`;
    return new Variable<SlotArray>(data, { shape: owner.shape, name: path, trainable: false }) as SlotVariable;
  }
}
