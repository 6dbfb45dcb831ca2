/**
 * The state of one optimizer as docs/architecture.md and the README tell it: which variables it knows and in which
 * order, their names, their slots, its count, and what it writes.
 */
import type { AnyVariable, Optimizer } from 'adamax';
import { Faults } from '../faults.js';
import { Block, type Floats, overlap, type Piece, type Region } from '../memory.js';
import { newSlot, type SlotMemory, store } from '../oracle/storage.js';
import type { Settings } from './settings.js';
import { hasGone, type VariableModel } from './variable.js';

export interface SlotModel {
  readonly kind: string;
  readonly owner: VariableModel;
  readonly dtype: 'float32' | 'bfloat16';
  readonly shadow: SlotMemory;
  /** Stands for the memory of the slot, which the optimizer allocates. */
  readonly region: Region;
  /** The variable of the package, once it has been seen. */
  real: AnyVariable | null;
}

/** Something of the list of weights. */
export interface WeightModel {
  readonly owner: VariableModel | null;
  readonly kind: string;
  readonly dtype: 'float32' | 'bfloat16' | 'int64';
  readonly shape: readonly number[];
  readonly shadow: SlotMemory | BigInt64Array;
  /** Null for what belongs to the optimizer. */
  readonly slot: SlotModel | null;
  real: AnyVariable | null;
}

/** Where a state may be set: a weight, or a slot that is still to be made. */
export interface PlaceModel {
  readonly name: string;
  readonly owner: VariableModel | null;
  readonly kind: string;
  readonly dtype: 'float32' | 'bfloat16' | 'int64';
  readonly shape: readonly number[];
  readonly weight: WeightModel | null;
}

export class OptimizerModel {
  readonly id: string;
  readonly real: Optimizer;
  readonly settings: Settings;
  /** Variables in the order in which they came. */
  order: VariableModel[] = [];
  readonly declared = new Set<VariableModel>();
  readonly holders = new Map<string, VariableModel>();
  /** Variables that have been stepped or built, and where they lay when the optimizer last looked. */
  readonly states = new Map<VariableModel, Floats>();
  /** Slots of the rule, by variable: there from the first `addSlot` of one, or from the first step. */
  readonly ruleSlots = new Map<VariableModel, SlotModel[]>();
  /** Slots by kind and owner, as far as they can be asked for. */
  readonly slots = new Map<string, Map<VariableModel, SlotModel>>();
  weights: WeightModel[];
  counter: Piece<BigInt64Array>;
  counterVariable: AnyVariable;
  lastLoss: number | undefined;
  /** Steps whose gradients were not finite, and that were to be skipped. */
  skipped = 0;
  /** Whether a step is off the event loop. */
  busy = false;

  constructor(id: string, real: Optimizer, settings: Settings, counter: Piece<BigInt64Array>) {
    this.id = id;
    this.real = real;
    this.settings = settings;
    this.counter = counter;
    this.counterVariable = real.iterations;
    this.weights = [this.#counterWeight()];
  }

  /** Replaces the counter. */
  setCounter(variable: AnyVariable, memory: Piece<BigInt64Array>): void {
    this.counter = memory;
    this.counterVariable = variable;
    this.weights[0] = this.#counterWeight();
  }

  #counterWeight(): WeightModel {
    const { shadow } = this.counter;
    const real = this.counterVariable;
    return { owner: null, kind: 'iterations', dtype: 'int64', shape: [...real.shape], shadow, slot: null, real };
  }

  get count(): number {
    return Number(this.counter.shadow[0]);
  }

  /** Whether a step can count on from there. */
  get isCountable(): boolean {
    return this.count >= 0 && this.count < Number.MAX_SAFE_INTEGER;
  }

  /** Memory that steps write: the counter, parameters where they lay, and slots of the rule. */
  written(): Region[] {
    const slots = [...this.ruleSlots.values()].flat().map(({ region }) => region);
    return [this.counter, ...this.states.values(), ...slots];
  }

  /** Takes note of memory that has moved: the regions that are left if nothing overlaps, or else null. */
  follow(): Map<VariableModel, Floats> | null {
    const moved = [...this.states].filter(([variable, at]) => variable.memory !== at);
    const others = this.written().filter((region) => !moved.some(([, at]) => at === region));
    for (const [{ memory }] of moved) {
      if (others.some((region) => overlap(region, memory))) return null;
      others.push(memory);
    }
    return new Map(moved.map(([variable]) => [variable, variable.memory]));
  }

  /** Why slots of these variables cannot be made, in their order; those that have a state are passed over. */
  creationFaults(variables: readonly VariableModel[]): Faults {
    const faults = new Faults();
    const moved = this.follow();
    if (moved === null) return faults.add('ERR_ADAMAX_OVERLAP');
    const written: Region[] = this.written().filter(
      (region) => ![...moved.keys()].some((v) => this.states.get(v) === region),
    );
    written.push(...moved.values());
    const holders = new Map(this.holders);
    for (const variable of new Set(variables)) {
      if (this.states.has(variable)) continue;
      if (hasGone(variable)) faults.add('ERR_ADAMAX_DETACHED');
      faults.take(this.nameFaults(variable, holders));
      if (variable.name !== null) holders.set(variable.name, variable);
      if (written.some((region) => overlap(region, variable.memory))) faults.add('ERR_ADAMAX_OVERLAP');
      written.push(variable.memory);
    }
    return faults;
  }

  nameFaults({ name, ...rest }: VariableModel, holders = this.holders): Faults {
    const faults = new Faults();
    if (name === null) return faults;
    const holder = holders.get(name);
    if (holder !== undefined && holder.id !== rest.id) faults.add('ERR_ADAMAX_DUPLICATE');
    if (/^#\d+$/.test(name)) faults.add('ERR_ADAMAX_ARG_VALUE');
    return faults;
  }

  /** Applies what `follow` found. */
  commitFollow(): void {
    for (const [variable, memory] of this.follow() ?? []) this.states.set(variable, memory);
  }

  /** Makes states for those that have none: one kind of slot after another, over all of them. */
  create(variables: readonly VariableModel[]): void {
    const created = [...new Set(variables)].filter((variable) => !this.states.has(variable));
    for (const variable of created) {
      this.allocate(variable);
      this.#know(variable);
      this.states.set(variable, variable.memory);
    }
    const { slots } = this.settings.rule;
    slots.forEach((kind, k) => {
      for (const variable of created) {
        if (!this.slots.get(kind)?.has(variable)) this.list((this.ruleSlots.get(variable) as SlotModel[])[k]);
      }
    });
  }

  /** Takes note of a variable that is frozen, ahead of its first step. */
  declare(variable: VariableModel): void {
    this.#know(variable);
    this.declared.add(variable);
  }

  #know(variable: VariableModel): void {
    if (variable.name !== null) this.holders.set(variable.name, variable);
    if (!this.order.includes(variable)) this.order.push(variable);
  }

  /** The slots of the rule for a variable, with what they begin with. */
  allocate(variable: VariableModel): SlotModel[] {
    const known = this.ruleSlots.get(variable);
    if (known !== undefined) return known;
    const { rule, slotDtype } = this.settings;
    const made = rule.slots.map((kind, k) => newSlotModel(kind, variable, slotDtype, rule.initial[k]));
    this.ruleSlots.set(variable, made);
    return made;
  }

  /** Puts a slot where it can be asked for, and among the weights. */
  list(slot: SlotModel): void {
    const { kind, owner, dtype, shadow } = slot;
    const ofKind = this.slots.get(kind);
    if (ofKind === undefined) this.slots.set(kind, new Map([[owner, slot]]));
    else ofKind.set(owner, slot);
    this.weights.push({ owner, kind, dtype, shape: owner.shape, shadow, slot, real: null });
  }

  release(variable: VariableModel): void {
    this.weights = this.weights.filter(({ owner }) => owner !== variable);
    this.order = this.order.filter((known) => known !== variable);
    this.declared.delete(variable);
    this.states.delete(variable);
    this.ruleSlots.delete(variable);
    if (variable.name !== null && this.holders.get(variable.name) === variable) this.holders.delete(variable.name);
    for (const [kind, ofKind] of this.slots) {
      ofKind.delete(variable);
      if (ofKind.size === 0) this.slots.delete(kind);
    }
  }

  /** What the state of each variable is saved under: its name, or its position among those without. */
  names(): Map<VariableModel, string> {
    const names = new Map<VariableModel, string>();
    const owners = this.weights.flatMap(({ owner }) => (owner === null ? [] : [owner]));
    let unnamed = 0;
    for (const variable of new Set([...this.order, ...owners])) names.set(variable, variable.name ?? `#${unnamed++}`);
    return names;
  }

  /** The weights, then slots that variables known ahead have not needed so far. */
  places(): PlaceModel[] {
    const names = this.names();
    const named = (owner: VariableModel | null, kind: string) =>
      owner === null ? kind : `${names.get(owner)}/${kind}`;
    const places = this.weights.map((weight): PlaceModel => {
      const { owner, kind, dtype, shape } = weight;
      return { name: named(owner, kind), owner, kind, dtype, shape, weight };
    });
    const ahead = [...this.declared, ...this.ruleSlots.keys()];
    for (const owner of new Set(ahead)) {
      if (this.states.has(owner)) continue;
      for (const kind of this.settings.rule.slots) {
        if (this.slots.get(kind)?.has(owner)) continue;
        const dtype = this.settings.slotDtype;
        places.push({ name: named(owner, kind), owner, kind, dtype, shape: owner.shape, weight: null });
      }
    }
    return places;
  }
}

export function newSlotModel(
  kind: string,
  owner: VariableModel,
  dtype: 'float32' | 'bfloat16',
  value: number,
): SlotModel {
  const shadow = newSlot(dtype, owner.size);
  if (value !== 0) for (let i = 0; i < shadow.length; i++) store(shadow, i, value);
  const region = { block: new Block(0), begin: 0, end: shadow.byteLength };
  return { kind, owner, dtype, shadow, region, real: null };
}
