import { detached, shared } from '../arguments/arrays.js';
import { describe, typeError, wrongType } from '../arguments/errors.js';
import type { SlotDtype } from '../backend/backend.js';
import type { Rule } from '../backend/rule.js';
import { MemoryRegions, overlap } from '../memory/regions.js';
import { byteLengthOf, lengthOf } from '../memory/typed-arrays.js';
import {
  type AnyVariable,
  elementsOf,
  isVariable,
  memoryOf,
  noteWrites,
  pin,
  timesChanged,
  Variable,
} from '../variables/variable.js';
import { Journal } from './journal.js';
import { KnownVariables } from './known-variables.js';
import { byName, checkApart, type Label, type Owner } from './labels.js';
import { type Move, relocate } from './moves.js';
import { NewSlots } from './new-slots.js';
import { SlotTable, type SlotVariable } from './slot-table.js';
import { StepCounter } from './step-counter.js';
import { moveTo, paramOf, VariableState } from './variable-state.js';
import {
  COUNTER,
  checkSlotName,
  checkSlotNames,
  type NamedWeight,
  type Place,
  slotPath,
  WeightList,
} from './weight-list.js';

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
  readonly written = new MemoryRegions<Owner>();
  readonly newSlots: NewSlots;
  readonly journal = new Journal();
  readonly slotDtype: SlotDtype;
  readonly #rule: Rule;
  readonly #known: KnownVariables;
  readonly #states = new Map<Variable, VariableState>();
  readonly #weights: WeightList;
  #counter: StepCounter;
  #followed = timesChanged();

  constructor(rule: Rule, owner: string, slotDtype: SlotDtype) {
    this.slotDtype = slotDtype;
    this.newSlots = new NewSlots(rule, owner, slotDtype, this.written);
    this.#rule = rule;
    this.#known = new KnownVariables(owner);
    checkSlotNames(rule.slots);
    const iterations = new Variable(new BigInt64Array(1), { shape: [], name: 'iter', trainable: false });
    this.#counter = new StepCounter(iterations);
    this.#weights = new WeightList(iterations);
    this.written.add(ofCounter, memoryOf(iterations));
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
      throw wrongType(COUNTER, 'a scalar int64 Variable (iterations.assign(count) sets the count)', variable);
    }
    if (this.slots.names().length > 0) {
      throw typeError(
        'ERR_ADAMAX_STATE',
        `iterations must be set before the first step, and assigned to after it: received ${describe(variable)}`,
      );
    }
    const memory = memoryOf(variable as Variable<BigInt64Array>);
    this.written.delete(this.#counter.data);
    try {
      checkApart(COUNTER, memory, this.written, byName);
    } catch (error) {
      this.written.add(ofCounter, this.#counter.data);
      throw error;
    }
    this.#counter = new StepCounter(variable as Variable<BigInt64Array>);
    this.#weights.counter = this.iterations;
    this.written.add(ofCounter, memory);
  }

  /** The counter, then all slots, and weights of the optimizer's own that are saved, in order of creation. */
  get weights(): AnyVariable[] {
    return this.#weights.variables;
  }

  /** The weights under the names by which they are saved, in the same order. */
  get named(): NamedWeight[] {
    return this.#weights.named(this.#known.names(this.#weights.owners));
  }

  /** The variables that there is anything of, or will be, in the order in which they came. */
  get variables(): Variable[] {
    return [...this.#known.names(this.#weights.owners).keys()];
  }

  /** The weights under other names of the variables. */
  namedBy(names: ReadonlyMap<Variable, string>): NamedWeight[] {
    return this.#weights.named(names);
  }

  /** Places that saved numbers may go to: the weights in their order, then slots of variables that have none so far. */
  get places(): Place[] {
    return this.placesUnder(this.#known.names(this.#weights.owners), []);
  }

  /**
   * The places under other names of the variables.
   * @param others - variables that may need slots, too
   */
  placesUnder(names: ReadonlyMap<Variable, string>, others: readonly Variable[]): Place[] {
    const places = this.#weights.named(names).map(({ name, owner, kind, variable }): Place => {
      return { name, owner, kind, variable, dtype: variable.dtype, shape: variable.shape };
    });
    for (const owner of new Set([...this.#known.declared, ...this.newSlots.early.keys(), ...others])) {
      if (this.#states.has(owner)) continue;
      for (const kind of this.#rule.slots) {
        if (this.slots.find(owner, kind) !== undefined) continue;
        const name = slotPath(names, owner, kind);
        places.push({ name, owner, kind, variable: undefined, dtype: this.slotDtype, shape: owner.shape });
      }
    }
    return places;
  }

  /** The slots of the rule that a variable has, those that a step has made on trial included. */
  slotsOf(variable: Variable): readonly SlotVariable[] {
    return this.#states.get(variable)?.slotVariables ?? [];
  }

  /** Names of the rule's slots. */
  get ruleSlots(): readonly string[] {
    return this.#rule.slots;
  }

  /** Whether a slot of this name is one of the rule's. */
  isOfRule(slot: string): boolean {
    return this.#rule.slots.includes(slot);
  }

  /** How many variables have a state. */
  get size(): number {
    return this.#states.size;
  }

  /** Bytes of all weights but the counter. */
  get bytes(): number {
    const [, ...weights] = this.weights;
    return weights.reduce((sum, variable) => sum + byteLengthOf(memoryOf(variable as Variable)), 0);
  }

  /**
   * Starts a transaction that may create states: `keep()` commits them, `undo()` removes them without a trace.
   * @param label - what messages call the variables
   */
  creation(label: Label): Creation {
    const created: VariableState[] = [];
    return {
      stateOf: (variable) => this.#states.get(variable) ?? this.#create(variable, created, label),
      get count() {
        return created.length;
      },
      keep: () => this.#register(created),
      undo: () => this.#forget(created.splice(0)),
    };
  }

  /**
   * Makes the slots of variables, in their order, or takes note that one may need them later. When it throws, nothing
   * has changed.
   * @param label - what messages call the variables
   */
  build(variables: readonly Variable[], needsSlots: (variable: Variable) => boolean, label: Label): void {
    this.follow(label);
    const creation = this.creation(label);
    const undo: (() => void)[] = [];
    try {
      for (const variable of variables) {
        if (needsSlots(variable)) creation.stateOf(variable);
        else undo.push(this.#known.declare(variable, label));
      }
    } catch (error) {
      creation.undo();
      for (const takeBack of undo.reverse()) takeBack();
      throw error;
    }
    creation.keep();
  }

  /**
   * Lets go of the old memory of variables that were given other, and takes note of the new. When it throws, nothing
   * has changed.
   * @throws RangeError `ERR_ADAMAX_OVERLAP` where the new memory is another variable's
   */
  follow(label: Label): void {
    if (this.#followed === timesChanged()) return;
    const moves: Move[] = [];
    for (const state of this.#states.values()) {
      const to = memoryOf(state.variable);
      if (to !== paramOf(state)) moves.push({ owner: ofVariable(state.variable), from: paramOf(state), to, state });
    }
    const counted = memoryOf(this.iterations);
    if (counted !== this.#counter.data)
      moves.push({ owner: ofCounter, from: this.#counter.data, to: counted, state: null });
    relocate(this.written, moves, label);
    for (const { state, to } of moves) {
      if (state !== null) moveTo(state, to as Float32Array);
      else this.#counter.data = to as BigInt64Array;
    }
    this.#followed = timesChanged();
  }

  /**
   * Mends what a call left that a script's timeout cut short: finishes what was decided or takes it back, and derives
   * all that is noted twice from states and slots. A transaction that was cut short has no end of its own: what it made
   * stays.
   */
  recover(): void {
    this.journal.settle();
    this.#register([...this.#states.values()]);
    this.#weights.counter = this.iterations;
    this.#weights.complete(this.slots.all());
    this.#known.retain((variable) => this.#states.has(variable) || this.slots.has(variable));
    this.written.clear();
    this.written.add(ofCounter, this.#counter.data);
    for (const state of this.#states.values()) {
      this.written.add(ofVariable(state.variable), paramOf(state));
      this.newSlots.note(state.variable, state.slots);
    }
    for (const [variable, { arrays }] of this.newSlots.early) this.newSlots.note(variable, arrays);
  }

  /** Drops what is kept of variables: their slots, and the note of their memory. */
  release(variables: readonly Variable[]): void {
    this.#dropAll(variables, (variable) => this.#known.delete(variable));
  }

  /** Takes variables back to where they had no state: those that were declared ahead of it stay so. */
  undo(variables: readonly Variable[]): void {
    this.#dropAll(variables, (variable) => this.#known.undo(variable, false));
  }

  #dropAll(variables: readonly Variable[], forget: (variable: Variable) => void): void {
    const owners = new Set(variables);
    this.journal.do(() => {
      this.#weights.drop(owners);
      for (const variable of owners) {
        this.#drop(variable);
        forget(variable);
      }
      noteWrites();
    });
  }

  #drop(variable: Variable): void {
    const state = this.#states.get(variable);
    if (state !== undefined) {
      this.#states.delete(variable);
      this.written.delete(paramOf(state));
    }
    for (const array of state?.slots ?? this.newSlots.early.get(variable)?.arrays ?? []) this.written.delete(array);
    this.newSlots.early.delete(variable);
    for (const slot of this.slots.delete(variable)) pin(slot, null);
  }

  /** Adds a slot: one of the rule's own, ahead of the first step, or any other. */
  addSlot(owner: Variable, name: string, data: Float32Array): SlotVariable {
    checkSlotName('slotName', name);
    this.#known.check(owner, byName);
    const k = this.#rule.slots.indexOf(name);
    const slot = this.newSlots.variableOn(owner, name, k < 0 ? data : this.newSlots.ahead(owner).arrays[k]);
    if (k >= 0) slot.assign(data);
    this.#known.hold(owner);
    this.slots.add(owner, name, slot);
    this.#weights.addSlot(owner, name, slot);
    return slot;
  }

  /** Puts a weight of the optimizer's own among those that are saved. */
  addWeight(variable: AnyVariable): void {
    this.#weights.addOwn(variable);
  }

  /** A state with new slots, unless slots are there already. It counts as there once it is registered. */
  #create(variable: Variable, created: VariableState[], label: Label): VariableState {
    const param = memoryOf(variable);
    if (lengthOf(param) !== elementsOf(variable)) throw detached(label(variable), param);
    this.#known.check(variable, label);
    this.#checkApart(variable, param, label);
    const slots = this.newSlots.for(variable);
    const slotVariables = this.#rule.slots.map((name, k) => {
      return this.slots.find(variable, name) ?? this.newSlots.variableOn(variable, name, slots.arrays[k]);
    });
    const state = new VariableState(variable, slotVariables, slots);
    this.#known.add(variable);
    this.#states.set(variable, state);
    this.written.add(ofVariable(variable), param);
    created.push(state);
    return state;
  }

  #checkApart(variable: Variable, param: Float32Array, label: Label): void {
    const owner = this.written.find(param);
    if (owner === undefined) return;
    const isVariable = [...this.#states.values()].some((state) => overlap(paramOf(state), param));
    const hint = isVariable ? ' (if they are one, list the same Variable each time, or rebind it)' : '';
    throw shared(label(variable), `${owner(label)}${hint}`, param);
  }

  /** Undoes `#create`; slots that were there before it stay. */
  #forget(states: readonly VariableState[]): void {
    for (const state of states) {
      this.#states.delete(state.variable);
      this.written.delete(paramOf(state));
      this.#known.undo(state.variable, this.slots.has(state.variable));
      if (this.newSlots.early.has(state.variable)) continue;
      for (const array of state.slots) this.written.delete(array);
    }
  }

  /** Keras' order: one kind of slot after another, over all variables of the call. */
  #register(created: readonly VariableState[]): void {
    this.#rule.slots.forEach((name, k) => {
      for (const { variable, slotVariables } of created) {
        if (this.slots.find(variable, name) !== undefined) continue;
        this.slots.add(variable, name, slotVariables[k]);
        this.#weights.addSlot(variable, name, slotVariables[k]);
      }
    });
    for (const { variable } of created) this.newSlots.early.delete(variable);
  }
}

const ofCounter: Owner = () => COUNTER;

function ofVariable(variable: Variable): Owner {
  return (label) => label(variable);
}
