import { checkApart, detached } from '../arguments/arrays.js';
import { typeError, wrongType } from '../arguments/errors.js';
import type { SlotArray, SlotDtype, Target } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { toBfloat16 } from '../math/bfloat16.js';
import { MemoryRegions } from '../memory/regions.js';
import { lengthOf } from '../memory/typed-arrays.js';
import { rowLengthOf } from '../variables/shape.js';
import {
  type AnyVariable,
  elementsOf,
  isVariable,
  memoryOf,
  pin,
  timesRebound,
  Variable,
} from '../variables/variable.js';
import { SlotMemory, type Slots } from './slot-memory.js';
import { SlotTable, type SlotVariable } from './slot-table.js';
import { StepCounter } from './step-counter.js';

/** What an optimizer keeps of one variable. */
export interface VariableState extends Target {
  readonly variable: Variable;
  readonly slotVariables: readonly SlotVariable[];
  /** Where the parameter lay when `follow` last asked. */
  param: Float32Array;
  /** A view that is whole as long as the slots are. */
  readonly memory: Float32Array;
}

/** States made on trial: `keep` commits them, `undo` removes them without a trace. */
export interface Creation {
  stateOf(this: void, variable: Variable): VariableState;
  /** How many of them there are so far. */
  readonly count: number;
  keep(): void;
  undo(): void;
}

/** All state of one optimizer: the step counter, and the slots of the variables it has seen. */
export class VariableStates {
  readonly slots = new SlotTable();
  /** Memory that steps write to. */
  readonly written = new MemoryRegions<string>();
  readonly slotMemory: SlotMemory;
  readonly slotDtype: SlotDtype;
  readonly #rule: Rule;
  readonly #owner: string;
  readonly #states = new Map<Variable, VariableState>();
  /** Memory of variables that have a slot by `addSlot`, but no state yet. */
  readonly #early = new Map<Variable, Slots>();
  #weights: AnyVariable[];
  #counter: StepCounter;
  #followed = timesRebound();

  constructor(rule: Rule, owner: string, slotDtype: SlotDtype) {
    this.slotDtype = slotDtype;
    this.slotMemory = new SlotMemory(slotDtype);
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
    if (!isVariable(variable) || variable.dtype !== 'int64' || variable.size !== 1) {
      throw wrongType('iterations', 'a scalar int64 Variable', isVariable(variable) ? `${variable}` : variable);
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

  /** How many variables have a state. */
  get size(): number {
    return this.#states.size;
  }

  /** Starts a transaction that may create states: `keep()` commits them, `undo()` removes them without a trace. */
  creation(): Creation {
    const created: VariableState[] = [];
    return {
      stateOf: (variable) => this.#states.get(variable) ?? this.#create(variable, created),
      get count() {
        return created.length;
      },
      keep: () => this.#register(created),
      undo: () => this.#forget(created),
    };
  }

  /**
   * Lets go of the old memory of variables that were given other, and takes note of the new. When it throws, nothing
   * has changed.
   * @throws RangeError `ERR_ADAMAX_OVERLAP` where the new memory is another variable's
   */
  follow(): void {
    if (this.#followed === timesRebound()) return;
    const moved = [...this.#states.values()].filter((state) => state.param !== memoryOf(state.variable));
    for (const { param } of moved) this.written.delete(param);
    const placed: VariableState[] = [];
    try {
      for (const state of moved) {
        const memory = memoryOf(state.variable);
        checkApart(`'${state.name}'`, memory, this.written);
        this.written.add(`'${state.name}'`, memory);
        placed.push(state);
      }
    } catch (error) {
      for (const { variable } of placed) this.written.delete(memoryOf(variable));
      for (const { name, param } of moved) this.written.add(`'${name}'`, param);
      throw error;
    }
    for (const state of moved) state.param = memoryOf(state.variable);
    this.#followed = timesRebound();
  }

  /** Drops what is kept of a variable: its slots, and the note of its memory. */
  release(variable: Variable): void {
    const state = this.#states.get(variable);
    if (state !== undefined) this.#forget([state]);
    this.#early.delete(variable);
    const slots = new Set<AnyVariable>(this.slots.delete(variable));
    if (slots.size > 0) this.#weights = this.#weights.filter((weight) => !slots.has(weight));
    for (const slot of slots) pin(slot, null);
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

  /** Zeros are there already, and writing them would touch every page of a table. */
  #allocate(variable: Variable): Slots {
    const slots = this.slotMemory.allocate(memoryOf(variable), elementsOf(variable), this.#rule.slots.length);
    slots.arrays.forEach((array, k) => {
      const value = this.#rule.initial?.[k] ?? 0;
      if (value !== 0) array.fill(this.slotDtype === 'float32' ? value : toBfloat16(value));
    });
    return slots;
  }

  /** A state with new slots, unless slots are there already. It counts as there once it is registered. */
  #create(variable: Variable, created: VariableState[]): VariableState {
    const param = memoryOf(variable);
    const size = elementsOf(variable);
    if (lengthOf(param) !== size) throw detached(`'${variable.name}'`, param);
    checkApart(`'${variable.name}'`, param, this.written);
    const { arrays, memory } = this.#early.get(variable) ?? this.#allocate(variable);
    const slotVariables = this.#rule.slots.map((name, k) => {
      return this.slots.find(variable, name) ?? this.#slotOn(variable, name, arrays[k]);
    });
    const state: VariableState = {
      name: variable.name,
      variable,
      slotVariables,
      param,
      slots: arrays,
      memory,
      size,
      rowLength: rowLengthOf(variable.shape),
      set: 0,
    };
    this.#states.set(variable, state);
    this.written.add(`'${state.name}'`, state.param);
    slotVariables.forEach((slot, k) => {
      this.written.add(`slot '${slot.name}'`, arrays[k]);
    });
    created.push(state);
    return state;
  }

  #forget(states: readonly VariableState[]): void {
    for (const { variable, param, slots } of states) {
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
    const slot = new Variable<SlotArray>(data, { shape: owner.shape, name: path, trainable: false }) as SlotVariable;
    pin(slot, `the slot '${path}', whose memory is its optimizer's`);
    return slot;
  }
}
